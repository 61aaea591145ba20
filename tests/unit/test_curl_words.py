"""`curl` commands are split as a shell splits them, and nothing of them is run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maniple.source.curl import read_curl, read_curls


def test_a_command_may_go_on_over_several_lines() -> None:
    command = read_curl("curl -X PUT \\\n  https://a.test/x \\\r\n  -d 'a'")
    assert (command.method, command.url, command.body) == ("PUT", "https://a.test/x", "a")


def test_blanks_after_the_backslash_of_a_line_do_not_end_the_command() -> None:
    assert read_curl("curl https://a.test \\  \n -d x").body == "x"


def test_a_caret_at_the_end_of_a_line_goes_on_as_in_a_windows_prompt() -> None:
    assert read_curl('curl https://a.test ^\n -d "x"').body == "x"


def test_single_quotes_keep_everything() -> None:
    assert read_curl(r"""curl https://a.test -d '{"a": "\n $HOME"}'""").body == r'{"a": "\n $HOME"}'


def test_double_quotes_keep_variables_and_undo_escapes() -> None:
    assert read_curl(r'curl https://a.test -d "{\"a\": \"$HOME \\ \`\"}"').body == '{"a": "$HOME \\ `"}'


def test_ansi_quotes_undo_their_escapes() -> None:
    assert read_curl(r"curl https://a.test -d $'it\'s\n\u00e9\x41\101'").body == "it's\néAA"


def test_pieces_in_different_quotes_are_one_word() -> None:
    assert read_curl("""curl https://a.test -d '{"a":"it'"'"'s"}'""").body == '{"a":"it\'s"}'


def test_a_comment_ends_a_line() -> None:
    command = read_curl("curl https://a.test # -X DELETE\n# curl https://b.test")
    assert (command.method, command.url) == ("GET", "https://a.test")


def test_a_number_sign_inside_a_word_is_no_comment() -> None:
    assert read_curl("curl https://a.test -d a#b").body == "a#b"


def test_a_prompt_and_other_commands_around_it_are_passed_over() -> None:
    commands = read_curls("$ export TOKEN=x\n$ sudo /usr/bin/curl https://a.test | jq . > out.json; echo done")
    assert [command.url for command in commands] == ["https://a.test"]


def test_every_command_of_a_text_is_read() -> None:
    text = "curl https://a.test/create\n\ncurl https://a.test/add && curl https://a.test/remove"
    assert [command.url.rpartition("/")[2] for command in read_curls(text)] == ["create", "add", "remove"]


def test_next_begins_another_request() -> None:
    first, second = read_curls("curl https://a.test -d x --next https://b.test")
    assert (first.url, first.method, second.url, second.method) == ("https://a.test", "POST", "https://b.test", "GET")


def test_a_here_document_stands_for_the_standard_input() -> None:
    text = "curl https://a.test -d @- <<'END' | jq .\n{\"a\": 1}\nEND\ncurl https://b.test"
    first, second = read_curls(text)
    assert (first.body, second.url) == ('{"a": 1}', "https://b.test")


def test_placeholders_of_documentation_pages_stay_in_the_url() -> None:
    assert read_curl("curl https://a.test/<list id>/{user}/:x").url == "https://a.test/<list id>/{user}/:x"


def test_an_unquoted_query_string_is_read_whole() -> None:
    assert read_curl("curl https://a.test/x?a=1&b=2 -X PUT").query == (("a", "1"), ("b", "2"))


def test_a_command_inside_the_command_is_not_run_and_said_so() -> None:
    command = read_curl("curl https://a.test -d $(rm -rf x)")
    assert command.body == "$(rm -rf x)"
    assert [fault.message for fault in command.faults] == ["a command inside the command is not run: it stands as text"]


def test_a_quote_that_is_never_closed_is_a_fault_at_its_place() -> None:
    text = "curl https://a.test -d 'abc"
    (fault,) = read_curl(text).faults
    assert (fault.message, text[fault.start : fault.end]) == ("the quote that begins here is never closed", "'")


def test_text_without_a_command_is_a_command_without_url() -> None:
    command = read_curl("wget https://a.test")
    assert (command.url, command.faults[0].message) == ("", "there is no `curl` command")


@given(st.text(alphabet=st.sampled_from("curl -dXH@:/.a=1'\"\\`$(){}<>|&;#^~\n\r\t\u00a0\u2028é")))
def test_any_text_is_read_without_an_error_and_faults_are_places_in_it(text: str) -> None:
    for command in read_curls(f"curl {text}"):
        assert all(0 <= fault.start <= fault.end <= len(text) + 5 for fault in command.faults)
