"""The official Python SDK against the emulator: creates, lists, reads and updates an object of each kind."""

import os
import sys

from vapi import Vapi
from vapi.core.api_error import ApiError
from vapi.tools.types.update_tools_request_body import UpdateToolsRequestBody_Sms

client = Vapi(token=os.environ["VAPI_API_KEY"], base_url=os.environ["VAPI_BASE_URL"])
outputs = client.structured_outputs

# The fields of every tool that wants more than a type; the others take it alone.
TOOLS = {
    "apiRequest": {
        "method": "POST", "url": "https://api.example.com/slots", "name": "find_slot",
        "body": {"type": "object", "properties": {"day": {"type": "string"}}},
    },
    "bash": {"subType": "bash_20241022", "name": "bash"},
    "code": {"code": "return 1", "function": {"name": "one"}},
    "computer": {"subType": "computer_20241022", "name": "computer", "displayWidthPx": 800, "displayHeightPx": 600},
    "dtmf": {},
    "endCall": {},
    "function": {"function": {"name": "look_up"}, "server": {"url": "https://hooks.example.com"}},
    "gohighlevel.calendar.availability.check": {},
    "gohighlevel.calendar.event.create": {},
    "gohighlevel.contact.create": {},
    "gohighlevel.contact.get": {},
    "google.calendar.availability.check": {},
    "google.calendar.event.create": {},
    "google.sheets.row.append": {},
    "handoff": {"function": {"name": "hand_over"}},
    "mcp": {"server": {"url": "https://mcp.example.com/secret"}},
    "query": {"knowledgeBases": []},
    "sipRequest": {"verb": "INFO"},
    "slack.message.send": {},
    "sms": {},
    "textEditor": {"subType": "text_editor_20241022", "name": "str_replace_editor"},
    "transferCall": {"destinations": [{"type": "number", "number": "+14155550100"}]},
    "voicemail": {},
}


def refused(call) -> str:
    """The answer to a call that must be refused."""
    try:
        call()
    except ApiError as error:
        assert error.status_code == 400, error
        return str(error.body)
    raise AssertionError("it was not refused")


def assistants() -> str:
    made = client.assistants.create(name="Receptionist", first_message="Hello")
    assert client.assistants.get(made.id).name == "Receptionist"
    assert [each.id for each in client.assistants.list(limit=5)] == [made.id]
    assert client.assistants.update(made.id, first_message="Good day").first_message == "Good day"
    return made.id


def tools(assistant: str) -> str:
    for kind, fields in TOOLS.items():
        made = client.tools.create(request={"type": kind, **fields})
        assert client.tools.get(made.id).type == kind, made
        messages = [{"type": "request-start", "content": "One moment."}]
        changed = client.tools.update(made.id, request={"messages": messages})
        assert changed.messages[0].content == "One moment.", changed
        if kind == "sms":
            said = refused(lambda: client.tools.update(made.id, request=UpdateToolsRequestBody_Sms(messages=[])))
            assert "property type should not exist" in said, said
        if kind == "handoff":
            handoff = made.id
    assert sorted(each.type for each in client.tools.list(limit=100)) == sorted(TOOLS)
    destination = {"type": "assistant", "assistantId": assistant}
    client.tools.update(handoff, request={"destinations": [destination]})
    assert client.tools.get(handoff).destinations[0].assistant_id == assistant
    return handoff


def squads(assistant: str) -> str:
    made = client.squads.create(name="Front", members=[{"assistantId": assistant}])
    assert client.squads.get(made.id).members[0].assistant_id == assistant
    assert [each.id for each in client.squads.list(id_any=made.id)] == [made.id]
    assert client.squads.update(made.id, name="Desk", members=[{"assistantId": assistant}]).name == "Desk"
    return made.id


def structured_outputs(assistant: str) -> None:
    schema = {"type": "object", "properties": {"reason": {"type": "string"}}}
    made = outputs.structured_output_controller_create(name="Reason", schema=schema, assistant_ids=[assistant])
    found = outputs.structured_output_controller_find_one(made.id)
    assert found.name == "Reason" and found.assistant_ids == [assistant], found
    page = outputs.structured_output_controller_find_all(page=1, limit=10, sort_order="ASC")
    assert [each.id for each in page.results] == [made.id] and page.metadata.total_items == 1, page
    update = outputs.structured_output_controller_update
    assert update(made.id, schema_override="false", name="Why").name == "Why"
    text = {"type": "string"}
    assert "schemaOverride" in refused(lambda: update(made.id, schema_override="false", schema=text))
    assert update(made.id, schema_override="true", schema=text).schema_.type == "string"


def phone_numbers(squad: str) -> None:
    made = client.phone_numbers.create(request={"provider": "vapi", "name": "Main", "squadId": squad})
    assert client.phone_numbers.get(made.id).squad_id == squad
    assert [each.id for each in client.phone_numbers.list()] == [made.id]
    assert client.phone_numbers.update(made.id, request={"name": "Line"}).name == "Line"


receptionist = assistants()
hand_over = tools(receptionist)
model = {"provider": "openai", "model": "gpt-4.1", "toolIds": [hand_over]}
assert client.assistants.update(receptionist, model=model).model.tool_ids == [hand_over]
front = squads(receptionist)
structured_outputs(receptionist)
phone_numbers(front)
print("sdk: ok", file=sys.stderr)
