"""The persistent queue and its history."""
