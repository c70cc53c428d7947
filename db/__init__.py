"""What both applications share: values, rules, storage, the match engine. No Qt anywhere."""
