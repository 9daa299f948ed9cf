from __future__ import annotations

from perfmodel.scores.folds import leave_one_group_out, leave_one_out


def test_rows_of_a_group_never_straddle_a_fold():
    groups = [[1, 2], [1, 2], [3, 2], [1, 4], [3, 2]]
    folds = leave_one_group_out(groups)
    assert sorted(list(fold.held_out) for fold in folds) == [[0, 1], [2, 4], [3]]
    for fold in folds:
        assert sorted([*fold.train, *fold.held_out]) == [0, 1, 2, 3, 4]


def test_leave_one_out_holds_each_row_out_once():
    assert [list(fold.held_out) for fold in leave_one_out(3)] == [[0], [1], [2]]
