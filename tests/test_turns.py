"""Which section a process that waits films next: every one once, few starts, an early end."""

import heapq

from hypothesis import given
from hypothesis import strategies as st

from rnnviz.video.turns import next_turn

weights = st.lists(st.integers(1, 99), min_size=1, max_size=30)


def filmed(weights, jobs):
    """Return who films what, and until when, if a process stands at the start of every section."""
    sections = range(len(weights))
    waiting, busy = {*sections}, {}
    rows, ends, now = [], [], 0
    while waiting or busy:
        while len(busy) < jobs and waiting:
            number = next_turn(sections, waiting, busy, weights.__getitem__, jobs)
            waiting.remove(number)
            going_on = [row for row in rows if row[-1] == number - 1 and number - 1 not in busy]
            (going_on[0] if going_on else rows.append([]) or rows[-1]).append(number)
            busy[number] = now + weights[number]
            heapq.heappush(ends, (busy[number], number))
        now, number = heapq.heappop(ends)
        del busy[number]
    return rows, now


@given(weights, st.integers(1, 5))
def test_each_section_is_filmed_once_and_the_last_end_is_near_the_earliest(weights, jobs):
    rows, end = filmed(weights, jobs)
    assert sorted(number for row in rows for number in row) == [*range(len(weights))]
    earliest = max(max(weights), sum(weights) / jobs)
    assert end <= earliest + max(weights)


@given(st.integers(1, 60), st.integers(1, 4))
def test_few_processes_film_sections_of_one_length(count, jobs):
    rows, end = filmed([10] * count, jobs)
    assert end == -(-count // jobs) * 10
    assert len(rows) <= jobs + count.bit_length() * (jobs - 1)


def test_one_that_would_end_last_goes_first():
    weights = [10, 10, 10, 80]
    rows, end = filmed(weights, 2)
    assert rows[0] == [3]
    assert end == 80


def test_one_goes_on_with_the_next_and_another_takes_the_second_half():
    weights = [10] * 9
    waiting, busy = {1, 2, 3, 4, 5, 6, 7, 8}, {0: ...}
    assert next_turn(range(9), waiting, busy, weights.__getitem__, 2) == 5
    waiting -= {5}
    assert next_turn(range(9), waiting, {5: ...}, weights.__getitem__, 2) == 1


def test_sections_that_are_not_to_be_filmed_do_not_part_a_row():
    assert next_turn([2, 5, 9], {5, 9}, {2}, {2: 1, 5: 1, 9: 1}.__getitem__, 2) == 9


def test_nothing_waits():
    assert next_turn([0, 1], (), {1}, lambda _: 1, 2) is None
