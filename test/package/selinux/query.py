"""Answers questions to a linked policy: a JSON query a line on stdin, a JSON list of rules a line on stdout.

usage: query.py POLICY

A query has a ruletype and may have source, target, tclass and perms. Attributes are resolved both ways, rules that a
boolean switches are among the answers. Loading a policy takes most of a second, so sesearch(1) for each would not do.
"""

import json
import sys

import setools


def answer(policy, query):
    rules = setools.TERuleQuery(policy, **query).results()
    return [
        {
            "source": str(rule.source),
            "target": str(rule.target),
            "class": str(rule.tclass),
            "permissions": sorted(rule.perms) if query["ruletype"] != ["type_transition"] else [],
            "text": str(rule),
        }
        for rule in rules
    ]


def main():
    policy = setools.SELinuxPolicy(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(answer(policy, json.loads(line))), flush=True)


main()
