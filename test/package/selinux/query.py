"""Answers questions to a linked policy: a JSON query a line on stdin, a JSON list of rules a line on stdout.

usage: query.py POLICY

A query has a ruletype and may have source, target, tclass and perms. Attributes are resolved both ways, rules that a
boolean switches are among the answers. Loading a policy takes most of a second, so sesearch(1) for each would not do, and
looking through all of its rules half a second: questions about our types go to the rules that these take part in.
"""

import json
import sys

import setools


OURS = "ec2_instance_connect"


class Concerning:
    """A policy whose rules are those in which one of our types is the source or the target."""

    def __init__(self, policy):
        self.policy = policy
        types = {str(each) for each in policy.types() if OURS in str(each)}
        attributes = {
            str(each) for each in policy.typeattributes() if any(str(a_type) in types for a_type in each.expand())
        }
        names = types | attributes
        self.rules = [rule for rule in policy.terules() if str(rule.source) in names or str(rule.target) in names]

    def terules(self):
        return iter(self.rules)

    def __getattr__(self, name):
        return getattr(self.policy, name)


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
    concerning = Concerning(policy)
    for line in sys.stdin:
        query = json.loads(line)
        ours = OURS in query.get("source", "") + query.get("target", "")
        print(json.dumps(answer(concerning if ours else policy, query)), flush=True)


main()
