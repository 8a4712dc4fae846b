import pytest

from rag.durations import compared


@pytest.mark.parametrize(
    ("question", "sentence", "verdict"),
    [
        ("Did the call last more than an hour?", "Pembicaraan berlangsung selama 45 menit.", (False, "45 menit")),
        ("Did the call last over half a minute, or over 40 minutes?", "It lasted 45 minutes.", None),
        ("Did the call last longer than 40 minutes?", "It lasted an hour.", (True, "an hour")),
        ("Teleponnya lebih dari sejam nggak?", "Mereka berbicara selama 45 menit.", (False, "45 menit")),
        ("Apakah sidangnya kurang dari dua jam?", "Sidang itu berlangsung 90 menit.", (True, "90 menit")),
        ("Did it take less than a week?", "It took three days.", (True, "three days")),
        ("Was it a 45-minute call?", "It lasted 45 minutes.", None),
        ("Did the call last more than an hour?", "They spoke for 45 minutes, 2 days later.", (False, "45 minutes")),
        ("Did the call last more than an hour?", "Dua tahun lalu Putin menelepon.", None),
        ("Did the call last more than an hour?", "Itu panggilan kedua dalam tiga hari.", None),
        ("Did the call last more than an hour?", "Putin thanked Trump.", None),
    ],
)
def test_durations_are_compared_in_any_units(question, sentence, verdict):
    assert compared(question, sentence) == verdict
