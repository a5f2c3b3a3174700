"""Spam protection: each figure proved with a clock of numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain import limits
from chat.domain.limits import AddressLimits, AttemptLimit, Escalation, Step, TokenBucket, address_key


class TestTokenBucket:
    def test_five_at_once_then_two_a_second(self) -> None:
        bucket = TokenBucket(limits.MESSAGE_RATE, limits.MESSAGE_BURST)
        assert [bucket.take(100.0) for _ in range(8)] == [0, 0, 0, 0, 0, 0.5, 1.0, 1.5]

    def test_waiting_as_told_keeps_the_rate(self) -> None:
        bucket = TokenBucket(2.0, 5)
        now, sent = 0.0, 0
        while now <= 30.0:
            now += bucket.take(now)
            sent += 1
        assert sent == 5 + 61

    def test_rest_fills_it_up_again_and_no_further(self) -> None:
        bucket = TokenBucket(2.0, 5)
        for _ in range(5):
            bucket.take(0.0)
        assert bucket.take(1.0) == 0
        assert bucket.take(1.0) == 0
        assert bucket.take(1.0) == 0.5
        assert [bucket.take(1000.0) for _ in range(6)] == [0, 0, 0, 0, 0, 0.5]

    def test_bytes_take_as_many_as_they_are(self) -> None:
        bucket = TokenBucket(limits.BYTE_RATE, limits.BYTE_BURST)
        assert bucket.take(0.0, 20_000) == 0
        assert bucket.take(0.0, 10_000) == 1.0
        assert bucket.take(0.0, 5_000) == 1.5

    def test_one_take_may_be_larger_than_the_burst(self) -> None:
        assert TokenBucket(10.0, 5).take(0.0, 25) == 2.0

    def test_looking_takes_nothing(self) -> None:
        bucket = TokenBucket(1.0, 1)
        assert bucket.wait(0.0) == 0
        bucket.take(0.0)
        bucket.take(0.0)
        assert [bucket.wait(0.0), bucket.wait(0.25), bucket.wait(1.0), bucket.wait(9.0)] == [1.0, 0.75, 0, 0]

    def test_a_rate_of_nothing_switches_it_off(self) -> None:
        bucket = TokenBucket(0, 0)
        assert [bucket.take(0.0) for _ in range(1000)] == [0.0] * 1000
        assert bucket.wait(0.0) == 0

    @pytest.mark.parametrize(("rate", "burst"), [(-1, 5), (1, -5)])
    def test_negative_figures_are_refused(self, rate: float, burst: float) -> None:
        with pytest.raises(ValueError, match="cannot be negative"):
            TokenBucket(rate, burst)

    def test_it_is_small(self) -> None:
        assert not hasattr(TokenBucket(1, 1), "__dict__")
        assert not hasattr(Escalation(), "__dict__")

    @given(st.lists(st.floats(0, 10), max_size=50), st.integers(1, 8), st.integers(1, 8))
    def test_who_waits_never_exceeds_burst_and_rate(self, pauses: list[float], rate: int, burst: int) -> None:
        bucket = TokenBucket(rate, burst)
        now, through = 0.0, []
        for pause in pauses:
            now += pause
            now += bucket.take(now)
            through.append(now)
        for first in range(len(through)):
            for last in range(first, len(through)):
                allowed = burst + rate * (through[last] - through[first])
                assert last - first + 1 <= allowed + 1e-6


class TestEscalation:
    def flood(self, escalation: Escalation, start: float, seconds: float) -> list[Step]:
        return [escalation.weigh(start + half / 2, 0.5) for half in range(int(seconds * 2))]

    def test_within_the_limit_nothing_happens(self) -> None:
        escalation = Escalation()
        assert {escalation.weigh(float(now), 0.0) for now in range(1000)} == {Step.GO_ON}

    def test_told_once_then_delayed_then_muted_after_thirty_seconds(self) -> None:
        escalation = Escalation()
        assert self.flood(escalation, 0.0, 30.0) == [Step.NOTICE] + [Step.DELAY] * 59
        assert escalation.weigh(29.99, 0.5) is Step.DELAY
        assert escalation.weigh(30.0, 0.5) is Step.MUTE

    def test_the_mute_ends_after_sixty_seconds_whatever_is_sent(self) -> None:
        escalation = Escalation()
        self.flood(escalation, 0.0, 30.5)
        assert set(self.flood(escalation, 30.5, 59.0)) == {Step.MUTED}
        assert escalation.weigh(89.99, 0.0) is Step.MUTED
        assert escalation.weigh(90.0, 0.0) is Step.GO_ON

    def test_after_a_mute_the_thirty_seconds_begin_anew(self) -> None:
        escalation = Escalation()
        self.flood(escalation, 0.0, 30.5)
        assert escalation.weigh(90.0, 0.5) is Step.NOTICE
        assert escalation.weigh(119.5, 0.5) is Step.DELAY
        assert escalation.weigh(120.0, 0.5) is Step.MUTE

    def test_one_message_within_the_limit_ends_the_excess(self) -> None:
        escalation = Escalation()
        self.flood(escalation, 0.0, 29.0)
        assert escalation.weigh(29.5, 0.0) is Step.GO_ON
        assert escalation.weigh(30.5, 0.5) is Step.DELAY
        assert escalation.weigh(60.0, 0.5) is not Step.MUTE
        assert escalation.weigh(60.5, 0.5) is Step.MUTE

    def test_the_notice_comes_again_after_a_minute_at_the_earliest(self) -> None:
        escalation = Escalation()
        steps = []
        for now in range(0, 130, 10):
            steps.append(escalation.weigh(now, 0.5))
            escalation.weigh(now + 5, 0.0)
        assert [index for index, step in enumerate(steps) if step is Step.NOTICE] == [0, 6, 12]

    def test_a_paste_of_sixty_lines_is_not_muted(self) -> None:
        bucket, escalation, now = TokenBucket(2.0, 5), Escalation(), 0.0
        steps = []
        for _ in range(60):
            wait = bucket.take(now)
            steps.append(escalation.weigh(now, wait))
            now += wait
        assert Step.MUTE not in steps

    def test_the_sentences_say_rule_and_measure(self) -> None:
        measure = Escalation.measure(2.0, 5)
        assert "5 messages at once and 2 a second" in measure
        assert "30 seconds" in measure
        notice = Escalation.notice(2.0, 5)
        assert "5 messages at once, then 2 a second" in notice
        assert "Nothing is lost" in notice
        assert "30 seconds" in notice


class TestAttemptLimit:
    def test_three_a_minute(self) -> None:
        attempts = AttemptLimit()
        assert [attempts.attempt("a", now) for now in (0.0, 10.0, 20.0)] == [0, 0, 0]
        assert attempts.attempt("a", 20.0) == 40.0
        assert attempts.attempt("a", 59.0) == 1.0
        # The refused ones did not count.
        assert attempts.attempt("a", 60.0) == 0
        assert attempts.attempt("a", 60.0) == 10.0

    def test_keys_do_not_touch_each_other(self) -> None:
        attempts = AttemptLimit(limit=1)
        assert attempts.attempt("a", 0.0) == 0
        assert attempts.attempt("b", 0.0) == 0
        assert attempts.attempt("a", 0.0) > 0

    def test_success_cleans_the_sheet(self) -> None:
        attempts = AttemptLimit(limit=1)
        attempts.attempt("a", 0.0)
        attempts.forget("a")
        attempts.forget("never seen")
        assert attempts.attempt("a", 0.0) == 0

    def test_nothing_switches_it_off(self) -> None:
        attempts = AttemptLimit(limit=0)
        assert [attempts.attempt("a", 0.0) for _ in range(100)] == [0.0] * 100
        assert len(attempts) == 0

    def test_keys_vanish_with_their_window(self) -> None:
        attempts = AttemptLimit(limit=3, window=60.0)
        attempts.attempt("a", 0.0)
        attempts.attempt("b", 1.0)
        attempts.attempt("a", 30.0)
        attempts.sweep(60.5)
        assert len(attempts) == 2
        attempts.sweep(61.0)
        assert len(attempts) == 1
        attempts.sweep(90.0)
        assert len(attempts) == 0

    def test_attempts_sweep_too(self) -> None:
        attempts = AttemptLimit(limit=3, window=60.0)
        for key in range(100):
            attempts.attempt(key, 0.0)
        attempts.attempt("late", 60.0)
        assert len(attempts) == 1

    def test_past_the_cap_the_quietest_is_forgotten(self) -> None:
        attempts = AttemptLimit(limit=2, window=60.0, cap=3)
        for key in "abc":
            attempts.attempt(key, 0.0)
        attempts.attempt("a", 1.0)
        attempts.attempt("d", 2.0)
        assert len(attempts) == 3
        assert attempts.attempt("a", 3.0) > 0
        assert [attempts.attempt("b", 3.0), attempts.attempt("b", 3.0)] == [0, 0]

    @given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30)), max_size=60))
    def test_never_more_than_the_limit_in_any_window(self, steps: list[tuple[str, int]]) -> None:
        attempts, now = AttemptLimit(limit=3, window=60.0), 0
        admitted: dict[str, list[int]] = {"a": [], "b": []}
        for key, pause in steps:
            now += pause
            wait = attempts.attempt(key, now)
            recent = [at for at in admitted[key] if at > now - 60]
            if wait:
                assert len(recent) == 3
                assert now + wait == recent[0] + 60
            else:
                assert len(recent) < 3
                admitted[key].append(now)


class TestAddressKey:
    @pytest.mark.parametrize(
        ("address", "key"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("127.0.0.1", None),
            ("127.8.8.8", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("", None),
            ("/run/chat.sock", None),
        ],
    )
    def test_forms(self, address: str, key: str | None) -> None:
        assert address_key(address) == key


class TestAddressLimits:
    def test_sixteen_at_once(self) -> None:
        addresses = AddressLimits()
        assert [addresses.admit("192.0.2.1", 0.0) for _ in range(16)] == [None] * 16
        refusal = addresses.admit("192.0.2.1", 0.0)
        assert refusal is not None
        assert refusal.rule == "live"
        assert refusal.retry_after is None
        assert "192.0.2.1" in refusal.sentence
        assert "at most 16 at once" in refusal.sentence
        assert addresses.admit("192.0.2.2", 0.0) is None
        addresses.release("192.0.2.1", 1.0)
        assert addresses.admit("192.0.2.1", 1.0) is None
        assert addresses.admit("192.0.2.1", 1.0) is not None

    def test_thirty_two_new_in_ten_minutes(self) -> None:
        addresses = AddressLimits()
        for now in range(32):
            assert addresses.admit("192.0.2.1", now) is None
            addresses.release("192.0.2.1", now)
        refusal = addresses.admit("192.0.2.1", 60.0)
        assert refusal is not None
        assert refusal.rule == "new"
        assert refusal.retry_after == 540.0
        assert "at most 32 in 10 minutes" in refusal.sentence
        assert "Try again in 9 minutes" in refusal.sentence
        late = addresses.admit("192.0.2.1", 599.0)
        assert late is not None
        assert late.sentence.endswith("Try again in 1 second.")
        assert addresses.admit("192.0.2.1", 600.0) is None

    def test_trying_on_does_not_make_it_longer(self) -> None:
        addresses = AddressLimits(live=1, new=2)
        assert addresses.admit("192.0.2.1", 0.0) is None
        for now in range(100):
            assert addresses.admit("192.0.2.1", now) is not None
        addresses.release("192.0.2.1", 100.0)
        assert addresses.admit("192.0.2.1", 100.0) is None

    def test_a_whole_ipv6_network_is_one_address(self) -> None:
        addresses = AddressLimits(live=2)
        assert addresses.admit("2001:db8::1", 0.0) is None
        assert addresses.admit("2001:db8::ffff:2", 0.0) is None
        assert addresses.admit("2001:db8::3", 0.0) is not None
        assert addresses.admit("2001:db8:0:1::1", 0.0) is None

    def test_ipv4_inside_ipv6_is_ipv4(self) -> None:
        addresses = AddressLimits(live=1)
        assert addresses.admit("192.0.2.1", 0.0) is None
        assert addresses.admit("::ffff:192.0.2.1", 0.0) is not None
        addresses.release("::ffff:192.0.2.1", 0.0)
        assert addresses.admit("192.0.2.1", 0.0) is None

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""])
    def test_this_machine_is_exempt(self, address: str) -> None:
        addresses = AddressLimits()
        assert [addresses.admit(address, 0.0) for _ in range(100)] == [None] * 100
        addresses.release(address, 0.0)
        assert len(addresses) == 0

    def test_nothing_switches_each_off(self) -> None:
        addresses = AddressLimits(live=0, new=0)
        assert [addresses.admit("192.0.2.1", 0.0) for _ in range(100)] == [None] * 100

    def test_entries_vanish_when_nothing_is_live_and_the_window_has_passed(self) -> None:
        addresses = AddressLimits()
        addresses.admit("192.0.2.1", 0.0)
        addresses.admit("192.0.2.2", 0.0)
        addresses.release("192.0.2.1", 10.0)
        assert len(addresses) == 2
        addresses.sweep(600.0)
        assert len(addresses) == 1
        addresses.release("192.0.2.2", 601.0)
        assert len(addresses) == 0

    def test_a_release_too_many_gives_no_credit(self) -> None:
        addresses = AddressLimits(live=1)
        addresses.release("192.0.2.1", 0.0)
        assert addresses.admit("192.0.2.1", 0.0) is None
        assert addresses.admit("192.0.2.1", 0.0) is not None

    def test_a_flood_of_addresses_is_bounded_and_keeps_the_live_ones(self) -> None:
        addresses = AddressLimits(live=1, cap=10)
        addresses.admit("192.0.2.1", 0.0)
        for number in range(1000):
            address = f"2001:db8:{number:x}::1"
            assert addresses.admit(address, 1.0) is None
            addresses.release(address, 1.0)
        assert len(addresses) == 10
        assert addresses.admit("192.0.2.1", 2.0) is not None
