"""The exact bytes of multipart bodies."""

from __future__ import annotations

from support.bodies import body, content_type, prepared

FILE = {"name": "file", "filename": "$amp_cohort_name.csv", "csv": {"columns": {"id": "$user_key"}}}


def test_the_parts_stand_between_boundaries() -> None:
    parts = [
        {"name": "list", "value": "$list_id"},
        {"name": "meta", "json": {"name": "$amp_cohort_name"}},
        {"name": "note", "text": "for $operation"},
        FILE,
    ]
    sent = body("u1", "u,2", multipart=parts)
    kind = content_type("u1", "u,2", multipart=parts) or ""
    boundary = kind.removeprefix("multipart/form-data; boundary=")

    assert sent == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="list"\r\n\r\n7\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n'
        '{"name":"My cohort"}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="note"\r\nContent-Type: text/plain; charset=utf-8\r\n'
        "\r\nfor add\r\n"
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="My cohort.csv"\r\n'
        'Content-Type: text/csv\r\n\r\nid\r\nu1\r\n"u,2"\r\n\r\n'
        f"--{boundary}--\r\n"
    )


def test_the_same_users_always_have_the_same_boundary_and_others_another() -> None:
    first, again, other = (content_type(user, multipart=[FILE]) for user in ("u1", "u1", "u2"))

    assert first == again != other


def test_quotes_and_line_breaks_in_a_file_name_are_escaped() -> None:
    sent = body("u1", name='a"b\r\nX-Evil: 1\\', multipart=[FILE])

    assert 'filename="a%22b%0D%0AX-Evil: 1%5C.csv"\r\n' in sent


def test_a_list_makes_a_part_for_each_element() -> None:
    sent = body("u1", "u2", multipart=[{"name": "id", "value": "$items"}], item="$user_key")

    assert sent.count('name="id"\r\n\r\nu1\r\n') == sent.count('name="id"\r\n\r\nu2\r\n') == 1


def test_a_part_that_may_be_absent_is_left_out() -> None:
    sent = body("u1", multipart=[{"name": "none~", "value": "$user.none"}, FILE], batch={"items": 1})

    assert "none" not in sent
    assert sent.count("form-data") == 1


def test_a_part_may_have_a_type_of_its_own() -> None:
    assert "Content-Type: application/vnd.csv\r\n" in body(
        "u1", multipart=[{**FILE, "content_type": "application/vnd.csv"}]
    )


def test_credentials_are_parts_after_the_manifests_own() -> None:
    sent = body("u1", multipart=[FILE], auth={"kind": "custom", "json": {"key": "k1"}})

    assert sent.index('name="file"') < sent.index('name="key"\r\n\r\nk1\r\n')


def test_a_large_batch_is_split_by_what_the_whole_body_has() -> None:
    assert prepared("u1", multipart=[FILE], batch={"bytes": 1000}).request is not None
    assert prepared("u1", multipart=[FILE], batch={"bytes": 100}).request is None
