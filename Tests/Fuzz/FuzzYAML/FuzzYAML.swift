// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore

/// Any bytes at all are read as a configuration. It must be refused with a place in the text, or
/// read; what was read must be written so that it reads back as the same, twice over.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzYAML(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = Array(UnsafeBufferPointer(start: bytes, count: count))
  let reading = read(text)
  for problem in reading.problems {
    precondition(problem.location.line > 0 && problem.location.column > 0, "\(problem)")
    precondition(!problem.message.isEmpty && !problem.message.contains("\n"), "\(problem)")
    precondition(!problem.description.contains("top-secret"), "a secret is shown")
  }
  guard let root = reading.root, reading.problems.isEmpty else { return 0 }
  readScalars(of: root)
  let written = YAMLWriter.text(of: root)
  precondition(!written.contains("top-secret"), "a secret is written")
  let again = read(Array(written.utf8))
  // What is written may be longer than a file may be, since quotes and escapes take space.
  if written.utf8.count > ConfigLimits().fileBytes { return 0 }
  precondition(again.problems.isEmpty, "\(again.problems) in \(written)")
  precondition(again.root?.hasSameContent(as: root) == true, written)
  return 0
}

private func read(_ text: [UInt8]) -> ConfigReading {
  ConfigReader(files: ConfigTexts(files: ["a": text])) { name in
    ["S": "top-secret", "E": "", "N": "5"][name]
  }.read("a")
}

/// Hands every scalar to every typed reader; none may trap, and none may show a variable.
private func readScalars(of node: ConfigNode) {
  switch node.value {
  case .null: return
  case .list(let items): items.forEach(readScalars)
  case .map(let fields): fields.forEach { readScalars(of: $0.value) }
  case .scalar(let text, _):
    check(DurationText.parse(text), node)
    check(SizeText.parse(text), node)
    check(FractionText.parse(text), node)
    check(IntegerText.parse(text, in: -7...7), node)
    check(BooleanText.parse(text), node)
    check(WordText.parse(text, among: ["process", "cluster"]), node)
  }
}

private func check<Value>(_ result: Result<Value, ScalarProblem>, _ node: ConfigNode) {
  guard case .failure(let problem) = result else { return }
  precondition(!problem.message(for: node).contains("top-secret"), "a secret is shown")
}
