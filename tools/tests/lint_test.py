"""The lint checks refuse what they are for."""
import pathlib
import tempfile
import unittest

import lint


class LintTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_an_include_that_goes_up_is_refused(self):
        self.write("core/graph/engine.cc", '#include "core/base/error.h"\n#include "platform/vision/image.h"\n')
        self.assertEqual(len(lint.floors(self.root)), 1)
        self.assertIn("src/core/graph/engine.cc:2", lint.floors(self.root)[0])

    def test_includes_of_the_same_floor_and_below_are_fine(self):
        self.write("apps/mirror/mirror.cc", '#include "core/base/error.h"\n#include "platform/vision/image.h"\n')
        self.assertEqual(lint.floors(self.root), [])

    def test_a_regular_expression_over_what_strangers_send_is_refused(self):
        self.write("platform/http/url.cc", "#include <regex>\n")
        self.write("platform/http/tests/url_test.cc", "#include <regex>\n")
        self.assertEqual([finding.split(":")[0] for finding in lint.regular_expressions(self.root)],
                         ["src/platform/http/url.cc"])

    def test_awaiting_a_capturing_lambda_on_the_spot_is_refused(self):
        self.write("core/graph/a.cc", "Task<int> f(int x) {\n  co_await [x]() -> Task<int> { co_return x; }();\n}\n")
        self.assertEqual(len(lint.coroutine_idioms(self.root)), 1)

    def test_spawning_a_temporary_capturing_lambda_is_refused(self):
        self.write("core/graph/a.cc", "co_spawn(executor,\n  [&state]() -> Task<> { co_return; }, detached);\n")
        self.assertEqual(len(lint.coroutine_idioms(self.root)), 1)

    def test_lambdas_without_captures_and_named_ones_are_fine(self):
        self.write("core/graph/a.cc", "// co_await [x]() in a comment\nco_await [](int x) -> Task<int> { co_return x; }(1);\n"
                   "co_spawn(executor, named, detached);\nco_spawn(executor, run(state), [&](auto) {});\n")
        self.assertEqual(lint.coroutine_idioms(self.root), [])


if __name__ == "__main__":
    unittest.main()
