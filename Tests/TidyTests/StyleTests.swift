// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@Suite("Style")
struct StyleTests {
  private func check(_ rule: (SourceFile) -> [Violation]) {
    let found = Repository.swiftFiles.flatMap(rule)
    if !found.isEmpty { Issue.record("\(found.count) places:\(found.list)") }
  }

  @Test func `the repository is found`() {
    #expect(Repository.swiftFiles.count > 100)
    #expect(Repository.paths.contains("Package.swift"))
  }

  @Test func `files, lines and functions keep to their limits`() {
    check(SizeRules.longFiles)
    check(SizeRules.longLines)
    check(SizeRules.longFunctions)
  }

  @Test func `a file has one public type, named as the file, and small companions`() {
    check(SizeRules.publicTypes)
  }

  @Test(arguments: WordRule.all) func `what may not be written is not`(_ rule: WordRule) {
    check(rule.violations)
  }

  @Test(arguments: WordRule.all) func `a rule finds what it is for`(_ rule: WordRule) {
    let places = [
      "Plugins/Sample/Sample.swift", "Sources/StrataCore/A.swift", "Tests/ATests/A.swift",
    ]
    let files = places.map { path in
      (SourceFile(path, rule.catches), SourceFile(path, rule.permits))
    }
    #expect(files.contains { !rule.violations(in: $0.0).isEmpty }, "misses \(rule.catches)")
    #expect(files.allSatisfy { rule.violations(in: $0.1).isEmpty }, "refuses \(rule.permits)")
  }

  @Test func `every file begins with its licence`() { check(CommentRules.licence) }

  @Test func `no comment promises work`() { check(CommentRules.leftovers) }

  @Test func `every unchecked claim of safety is proven`() { check(CommentRules.proofs) }

  @Test func `every public declaration is documented`() { check(CommentRules.undocumented) }

  @Test func `no file names a machine`() {
    let places = ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/"]
    var found: [Violation] = []
    for path in Repository.paths where !path.contains("/Corpus/") {
      let text = Repository.contents(path)
      guard let place = places.first(where: { text.contains($0) }) else { continue }
      found.append(Violation(path: path, line: 0, message: "names \(place)"))
    }
    #expect(found.isEmpty, "\(found.list)")
  }
}
