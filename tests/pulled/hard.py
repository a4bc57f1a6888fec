"""An organisation of texts that formatters, linters and hooks like to change, as a state file: JSON is YAML."""
import json
import random
import sys

random.seed(int(sys.argv[1]))
LINES = [
    "You answer the phone.", "", "", "   ", "\t", "ends with blanks   ", "ends with a tab\t", "  two before", "\tone tab before",
    "- a list", "* another", "1. numbered", "1. and again", "# Heading", "Heading\n=======", "---", "...", "key: value # no comment",
    "> quoted", "| a | b |", "{{name}}", "{% if x %}", "100 %", "&anchor *alias !tag @at `tick`", "\"double\" and 'single'",
    "back\\slash \\n", "__bold__ *it* ***", "two  blanks   inside", "nbsp\u00a0inside", "日本語 naïve 🦷", "x" * 130,
    "a long line, " * 12, "<b>html</b>", "trailing colon:", "[x](y)", "~~~", "```js\nsay( 'x' )\n```", "+ plus", "$x {y}", "\u200bhidden",
]
ENDS = ["", "", "\n", "\n\n", "\n\n\n", " ", "  \n", "\n \n", "\t"]


def text(lines):
    return "\n".join(random.choice(LINES) for _ in range(lines)) + random.choice(ENDS)


def messages():
    kinds = [("system", random.choice([1, 3, 9, 14, 40])), ("system", random.choice([2, 12]))][: random.choice([1, 1, 2])]
    return [{"role": role, "content": text(lines)} for role, lines in kinds]


def agent(at):
    return {
        "config": {
            "name": f"Hard {at}",
            "firstMessage": "Hello." + text(2),
            "model": {
                "provider": "openai",
                "model": "gpt-4.1",
                "messages": messages(),
                "tools": [
                    {
                        "type": "function",
                        "function": {
                            "name": "look_up",
                            "description": text(random.choice([1, 2, 12])),
                            "parameters": {"type": "object", "properties": {"on": {"type": "string", "description": text(2)}}},
                        },
                    }
                ],
            },
            "metadata": {"note": text(3), "last": text(2)},
        }
    }


agents = {f"hard_{at}": agent(at) for at in range(24)}
json.dump({"version": 1, "agents": agents}, sys.stdout, ensure_ascii=False)
