"""Publishers' text tables: what is tolerated, and what stops the build with file and row."""

from __future__ import annotations

import gzip

import pytest

from likeforlike.domain.errors import SourceChangedError
from likeforlike.sources.reading import read_bytes, read_csv, take_columns, unique_names


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path):
    (tmp_path / "a.csv").write_bytes("\ufeffareacd,name\nE06000001,Hartlepool\n".encode())
    frame = read_csv(tmp_path, "a.csv", "test")
    assert frame.columns == ["areacd", "name", "source_row"]
    assert frame.row(0) == ("E06000001", "Hartlepool", 2)


def test_windows_line_ends_quoted_commas_and_quoted_line_ends_are_read(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'a,b\r\n"Bristol, City of","two\r\nlines"\r\n"say ""so""",\r\n')
    frame = read_csv(tmp_path, "a.csv", "test")
    assert frame.rows() == [("Bristol, City of", "two\r\nlines", 2), ('say "so"', None, 3)]


def test_a_repeated_column_name_gets_a_number(tmp_path):
    (tmp_path / "a.csv").write_text("code,notes,notes\nE06000001,one,two\n")
    assert read_csv(tmp_path, "a.csv", "test").row(0) == ("E06000001", "one", "two", 2)
    assert unique_names(["notes", "notes", "x", "notes"]) == ["notes", "notes_2", "x", "notes_3"]


@pytest.mark.parametrize("row", ["E06000002", "E06000002,1,2,3"])
def test_a_row_with_too_few_or_too_many_fields_is_named(tmp_path, row):
    (tmp_path / "a.csv").write_text(f"code,name,value\nE06000001,Hartlepool,1\n{row}\nE06000003,c,3\n")
    with pytest.raises(SourceChangedError, match=r"a\.csv, row 3: expected 3 fields") as caught:
        read_csv(tmp_path, "a.csv", "test")
    assert caught.value.row == 3


def test_a_short_row_is_found_although_another_row_has_commas_in_quotes(tmp_path):
    (tmp_path / "a.csv").write_text('code,name,value\nE06000023,"Bristol, City, of",1\nE06000002,b\n')
    with pytest.raises(SourceChangedError, match="row 3"):
        read_csv(tmp_path, "a.csv", "test")


def test_a_gzip_file_that_ends_too_early_is_named_with_its_last_row(tmp_path):
    lines = "code,value\n" + "".join(f"E0600{number:04d},{number * 7919 % 1000}\n" for number in range(5000))
    packed = gzip.compress(lines.encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(
        SourceChangedError, match=r"a\.csv\.gz, row \d+: expected a complete gzip file"
    ) as caught:
        read_csv(tmp_path, "a.csv.gz", "test")
    assert caught.value.row is not None
    assert 1000 < caught.value.row < 4500


def test_bytes_that_are_not_gzip_at_all_are_refused(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(b"code,value\nE06000001,1\n")
    with pytest.raises(SourceChangedError, match="complete gzip file"):
        read_bytes(tmp_path, "a.csv.gz", "test")


def test_bytes_in_another_encoding_are_named_with_their_row(tmp_path):
    (tmp_path / "a.csv").write_bytes("code,unit\nE06000001,%\nE06000002,£\n".encode("cp1252"))
    with pytest.raises(SourceChangedError, match=r"a\.csv, row 3: expected text in utf-8; found byte 0xa3"):
        read_csv(tmp_path, "a.csv", "test")
    assert read_csv(tmp_path, "a.csv", "test", encoding="cp1252")["unit"].to_list() == ["%", "£"]


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(SourceChangedError, match="empty file"):
        read_csv(tmp_path, "a.csv", "test")


def test_an_absent_file_is_named_with_what_to_do(tmp_path):
    with pytest.raises(SourceChangedError, match=r"gone\.csv: .*no such file.* Put it under"):
        read_csv(tmp_path, "gone.csv", "test")


def test_columns_are_checked_both_ways(tmp_path):
    (tmp_path / "a.csv").write_text("AreaCode,Value,Extra\nE06000001,1,x\n")
    frame = read_csv(tmp_path, "a.csv", "test")
    with pytest.raises(SourceChangedError, match=r"row 1: .*no column 'Period' and unknown column 'Extra'"):
        take_columns(frame, {"AreaCode": "area_code", "Value": "value", "Period": "period"}, "a.csv", "test")
    taken = take_columns(
        frame, {"AreaCode": "area_code", "Value": "value"}, "a.csv", "test", ignored=["Extra"]
    )
    assert taken.columns == ["area_code", "value", "source_row"]
