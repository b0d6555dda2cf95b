#!/usr/bin/env python3
"""Tests of tidy.py: each rule finds its breach, and nothing where there is none."""

import unittest

import tidy


def found(path: str, text: str) -> list:
    """What tidy says of a file, as texts."""
    return [what for _, what in tidy.file_problems(path, text)]


class TidyTest(unittest.TestCase):
    """See the module."""

    def test_domain_includes_base_and_itself_only(self):
        path = "services/metering/domain/price.cc"
        self.assertEqual([], found(path, '#include "services/metering/domain/price.h"\n'
                                         '#include "libs/common/base/status.h"\n#include <vector>\n'))
        self.assertEqual(["domain includes app: services/metering/app/ports.h"],
                         found(path, '#include "services/metering/app/ports.h"\n'))
        self.assertEqual(["domain includes libs/common/redis/client.h"],
                         found(path, '#include "libs/common/redis/client.h"\n'))
        self.assertEqual(["domain includes spdlog/spdlog.h"], found(path, "#include <spdlog/spdlog.h>\n"))

    def test_adapters_do_not_see_each_other(self):
        self.assertEqual(["http includes rpc: services/gateway/rpc/x.h"],
                         found("services/gateway/http/a.cc", '#include "services/gateway/rpc/x.h"\n'))
        self.assertEqual(["storage includes furnace/v1/job.pb.h"],
                         found("services/scheduler/storage/redis/a.cc", '#include "furnace/v1/job.pb.h"\n'))

    def test_services_do_not_see_each_other(self):
        self.assertEqual(["gateway includes registry: services/registry/domain/x.h"],
                         found("services/gateway/domain/a.cc", '#include "services/registry/domain/x.h"\n'))

    def test_main_and_libraries_may_include_all(self):
        text = '#include "services/gateway/http/x.h"\n#include <libpq-fe.h>\n'
        self.assertEqual([], found("services/gateway/main.cc", text))
        self.assertEqual([], found("libs/common/postgres/pool.cc", text))

    def test_unknown_layers_are_named(self):
        self.assertIn("misc is no layer", found("services/gateway/misc/a.cc", "")[0])

    def test_sql_has_files_of_its_own(self):
        for text in ('"SELECT a FROM b"', '"insert into b values"', '" UPDATE a.b SET c"', '"DELETE FROM b"'):
            self.assertEqual(1, len(found("cli/a.cc", f"auto x = {text};\n")), text)
        for text in ('"update the endpoint"', '"select one"', '"from"'):
            self.assertEqual([], found("cli/a.cc", f"auto x = {text};\n"), text)

    def test_long_functions_are_found_whatever_is_around_them(self):
        body = "  Call(\"}\");  // }\n" * 70
        text = ("namespace a {\nclass B : public C {\n public:\n  int f() const { return 1; }\n};\n"
                f"absl::Status B::Long(int a,\n                     int b) {{\n{body}}}\n"
                "constexpr int kTable[] = {1, 2};\n}  // namespace a\n")
        self.assertEqual([(6, 73)], [entry for entry in tidy.functions(text) if entry[1] > 1])
        self.assertEqual(["function of 73 lines; at most 70"], found("cli/a.cc", text))

    def test_scripts_open_with_a_comment(self):
        self.assertEqual(1, len(found("services/a/storage/postgres/sql/x.sql", "SELECT 1\n")))
        self.assertEqual([], found("services/a/storage/redis/lua/x.lua", "-- Does x.\nreturn 1\n"))
        self.assertEqual([], found("migrations/a/0001_x.up.sql", "CREATE TABLE x ();\n"))

    def test_unfinished_things_have_a_number(self):
        word = "TO" + "DO"
        self.assertEqual(1, len(found("cli/a.cc", f"// {word}: later\n")))
        self.assertEqual([], found("cli/a.cc", f"// {word}(#12): later\n"))

    def test_long_files_are_found(self):
        self.assertEqual([], found("cli/a.h", "\n" * 400))
        self.assertEqual(1, len(found("cli/a.h", "\n" * 401)))

    def test_public_python_has_docstrings(self):
        self.assertEqual(["f has no docstring"], found("tools/a.py", "def f():\n    return 1\n"))
        self.assertEqual([], found("tools/a.py", "def _f():\n    return 1\n\nclass A:\n    'Is.'\n"
                                                 "    def test_it(self):\n        pass\n"))

    def test_domain_and_app_files_need_tests(self):
        paths = {"services/a/domain/x.cc", "services/a/storage/y.cc", "services/a/app/z.cc",
                 "tests/unit/a/app/z_test.cc"}
        self.assertEqual(["services/a/domain/x.cc"], [path for path, _, _ in tidy.missing_tests(paths, {})])


if __name__ == "__main__":
    unittest.main()
