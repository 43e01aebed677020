"""Presets: the built-in ones work, the user's are kept whole, hostile files get clear answers."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderer.errors import InputError, UsageError
from renderer.output import FORMATS
from renderer.presets import find, presets, read_preset, remove_preset, save_preset
from renderer.settings import Preset, Settings
from renderer.settle import settle_output
from tests.queue_kit import a_project

BUILT_IN = [
    "YouTube 1080p",
    "Social square",
    "Social vertical",
    "Web",
    "Draft preview",
    "Archive",
    "GIF",
    "Audio only",
    "Match source",
]


def mine(name: str = "Mine", **chosen: Any) -> Preset:
    return Preset(name=name, settings=Settings.model_validate(chosen))


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "broken.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_promised_presets_are_built_in(tmp_path: Path) -> None:
    shelf = presets(tmp_path / "none")

    assert [stored.preset.name for stored in shelf.presets] == BUILT_IN
    assert shelf.problems == ()


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (640, 480)])
def test_every_built_in_preset_gives_an_output_for_every_shape_of_project(
    tmp_path: Path, name: str, width: int, height: int
) -> None:
    preset = find(name, tmp_path)

    output = settle_output(preset.settings, a_project(width=width, height=height), {})

    assert output.format in FORMATS
    assert output.video is not None or output.audio is not None


@pytest.mark.parametrize(("name", "shape"), [("Social square", 1.0), ("Social vertical", 9 / 16)])
@pytest.mark.parametrize("project", [(1920, 1080), (1080, 1920), (1440, 1080)])
def test_a_social_preset_has_its_own_shape_and_room_for_the_clip_however_it_fits(
    tmp_path: Path, name: str, shape: float, project: tuple[int, int]
) -> None:
    video = settle_output(find(name, tmp_path).settings, a_project(width=project[0], height=project[1]), {}).video

    assert video is not None
    assert video.canvas.width / video.canvas.height == shape
    contained = min(video.canvas.width / project[0], video.canvas.height / project[1])
    covered = max(video.canvas.width / project[0], video.canvas.height / project[1])
    assert min(project) * contained >= 360, "a contained clip is not a thin strip"
    assert covered <= 2, "a covering clip is not blown up"


@pytest.mark.parametrize("name", ["youtube 1080P", " Social  Square ", "gif"])
def test_a_preset_is_found_whatever_its_case(tmp_path: Path, name: str) -> None:
    assert find(name, tmp_path).name in BUILT_IN


def test_a_mistyped_preset_gets_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='Did you mean "Social vertical"'):
        find("social vertcal", tmp_path)


def test_a_saved_preset_is_found_again_without_what_belongs_to_one_project(tmp_path: Path) -> None:
    save_preset(mine("Client / Ümlaut", resolution="720p", scenes=["intro"], range="1-2"), tmp_path / "new" / "presets")

    found = find("client / ümlaut", tmp_path / "new" / "presets")

    assert found.settings == Settings(resolution="720p")
    assert len(list((tmp_path / "new" / "presets").iterdir())) == 1


def test_a_preset_is_replaced_only_when_told(tmp_path: Path) -> None:
    save_preset(mine(quality="low"), tmp_path)

    with pytest.raises(UsageError, match="already"):
        save_preset(mine("MINE", quality="ultra"), tmp_path)
    save_preset(mine("MINE", quality="ultra"), tmp_path, overwrite=True)

    assert find("mine", tmp_path).settings.quality == "ultra"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_built_in_preset_can_be_neither_replaced_nor_removed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="built in"):
        save_preset(mine("web"), tmp_path, overwrite=True)
    with pytest.raises(UsageError, match="built in"):
        remove_preset("Web", tmp_path)


def test_a_removed_preset_is_gone(tmp_path: Path) -> None:
    save_preset(mine(), tmp_path)

    remove_preset("mine", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_settings_that_cannot_be_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mp4 does not hold vp9"):
        save_preset(mine(codec="vp9"), tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON: .* line 1"),
        ("[]", "not a preset"),
        (b"\xff\xfe\x00", "not JSON text"),
        ("[" * 60_000, "not JSON"),
        (" " * 100_000, "too long"),
        ('{"settings": {}}', "name: Field required"),
        ('{"name": "x", "setings": {}}', 'setings: is not known. Did you mean "settings"'),
        ('{"name": "x", "settings": {"qualty": "low"}}', 'settings.qualty: is not known. Did you mean "quality"'),
        ('{"name": "x", "settings": {"quality": "best"}}', "settings.quality: Input should be 'low'"),
        ('{"name": "x", "settings": {"format": "avi"}}', "settings.format: .avi. is not a format. Use one of mp4"),
        ('{"name": "x", "settings": {"resolution": "1e9x2"}}', "settings.resolution"),
        ('{"name": "x", "settings": {"fps": "0"}}', "settings.fps"),
        ('{"name": "x", "settings": {"loudness": NaN}}', "settings.loudness"),
        ('{"name": "x", "settings": {"name": "../../{project}"}}', "settings.name.*leaves the target folder"),
        ('{"name": "x", "settings": {"scenes": ["a"]}}', "settings.scenes: is a choice within one project"),
        ('{"name": "\\u202e", "settings": {}}', "visible letter"),
    ],
)
def test_a_broken_preset_is_answered_with_the_place_and_the_way_out(tmp_path: Path, content: Any, said: str) -> None:
    path = written(tmp_path, content)

    with pytest.raises(InputError, match=said) as caught:
        read_preset(path)

    assert str(path) in str(caught.value)


def test_a_broken_preset_costs_itself_alone(tmp_path: Path) -> None:
    save_preset(mine(), tmp_path)
    written(tmp_path, "{")

    shelf = presets(tmp_path)

    assert shelf.find("mine").preset == mine()
    assert "broken.json" in shelf.problems[0].place
    with pytest.raises(UsageError, match=r"broken\.json"):
        shelf.find("broken")


def test_a_file_that_takes_a_built_in_name_does_not_hide_it(tmp_path: Path) -> None:
    written(tmp_path, json.dumps({"name": "GIF", "settings": {"format": "png"}}))

    shelf = presets(tmp_path)

    assert shelf.find("gif").built_in
    assert len(shelf.problems) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)

some_settings = st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), json_values)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({"name": json_values, "settings": json_values | some_settings}))
def test_no_content_of_a_preset_file_is_answered_with_anything_but_an_input_error(tmp_path: Path, data: Any) -> None:
    path = written(tmp_path, json.dumps(data))

    with contextlib.suppress(InputError):
        read_preset(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text(min_size=1, max_size=80))
def test_a_preset_of_any_name_is_saved_inside_the_folder_and_found_again(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "presets"
    try:
        path = save_preset(mine(name), folder, overwrite=True)
    except UsageError:
        return

    assert path.parent == folder
    assert find(name, folder).settings == Settings()
    path.unlink()
