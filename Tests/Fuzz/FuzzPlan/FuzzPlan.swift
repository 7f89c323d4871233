// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore

/// Any bytes at all are read as a plan for the built-in plugins. Whatever is wrong must have a
/// place and fit a line; what is right must be written so that it reads back as right, and as the
/// same. The list of built-ins is that of `Sources/Strata`, by a link: what links Strata links its
/// macros, which have a `main` of their own.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPlan(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let reading = read(Array(UnsafeBufferPointer(start: bytes, count: count)))
  for problem in reading.problems {
    precondition(problem.location.line > 0 && problem.location.column > 0, "\(problem)")
    precondition(!problem.description.contains("\n"), "\(problem)")
    precondition(!problem.description.contains("top-secret"), "a secret is shown")
  }
  precondition((reading.plan == nil) == reading.problems.contains { $0.severity == .error })
  guard let root = reading.root, reading.plan != nil else { return 0 }
  let again = read(Array(YAMLWriter.text(of: root).utf8))
  precondition(again.plan != nil && again.root?.hasSameContent(as: root) == true)
  return 0
}

private let registry = Registry.builtIn

private func read(_ text: [UInt8]) -> PlanReading {
  ConfigReader(files: ConfigTexts(files: ["a": text])) { name in
    ["S": "top-secret", "E": "", "N": "5"][name]
  }.plan("a", registry: registry)
}
