"""Code in the docs is code of the program: every block that says where it is from is found there, line by line."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


class DocsTest(unittest.TestCase):
    def test_blocks_are_found_where_they_say_they_are_from(self):
        blocks = [(page, *match) for page in sorted((ROOT / "docs").glob("*.md"))
                  for match in re.findall(r"<!-- from (\S+) -->\n```\w*\n(.*?)```", page.read_text(), flags=re.S)]
        self.assertGreater(len(blocks), 3)
        for page, source, code in blocks:
            with self.subTest(page=page.name, source=source):
                self.assertIn(squeezed(code), squeezed((ROOT / source).read_text()))


if __name__ == "__main__":
    unittest.main()
