// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

/// The page of promises says where each is tested: `name of a test`: [Suite](file).
@Suite("Promises")
struct PromiseTests {
  struct Proof: Sendable, CustomTestStringConvertible {
    let test: String
    let file: String
    var testDescription: String { test }
  }

  static let proofs: [Proof] = {
    let lines = Repository.contents("Documentation/Reference/Promises.md").split(separator: "\n")
    return lines.filter { $0.hasPrefix("- `") && $0.contains("](") }.compactMap {
      line -> Proof? in
      let parts = line.split(separator: "`")
      guard parts.count >= 2, let file = line.split(separator: "(").last else { return nil }
      let path = file.prefix { $0 != ")" }.replacing("../../", with: "")
      return Proof(test: String(parts[1]), file: String(path))
    }
  }()

  @Test func `every promise has proofs`() { #expect(Self.proofs.count >= 12) }

  @Test(arguments: proofs) func `a test that proves a promise is there`(_ proof: Proof) {
    let text = Repository.contents(proof.file)
    #expect(text.contains("func `\(proof.test)`("), "\(proof.file) has no test `\(proof.test)`")
  }
}
