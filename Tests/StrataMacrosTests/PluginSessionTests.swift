// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import Testing

@testable import StrataMacros

@Suite("Macros: the compiler's protocol")
struct PluginSessionTests {
  private func answer(_ message: String) throws -> [String: Any] {
    let bytes = PluginSession().answer(to: Array(message.utf8))
    return try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  private func expansion(
    attribute: String, declaration: String, type: String = "CachedMacro", role: String = "body"
  ) throws -> [String: Any] {
    let location: [String: Any] = [
      "fileID": "App/main.swift", "fileName": "/app/main.swift", "offset": 100, "line": 3,
      "column": 1,
    ]
    let message: [String: Any] = [
      "expandAttachedMacro": [
        "macro": ["moduleName": "StrataMacros", "name": "Cached", "typeName": type],
        "macroRole": role, "discriminator": "x", "lexicalContext": [],
        "attributeSyntax": ["kind": "attribute", "source": attribute, "location": location],
        "declSyntax": ["kind": "declaration", "source": declaration, "location": location],
      ]
    ]
    let data = try JSONSerialization.data(withJSONObject: message)
    let answer = try answer(String(decoding: data, as: UTF8.self))
    return try #require(answer["expandMacroResult"] as? [String: Any])
  }

  @Test func `capabilities are told`() throws {
    let answer = try answer(#"{"getCapability":{"capability":{"protocolVersion":7}}}"#)
    let result = try #require(answer["getCapabilityResult"] as? [String: Any])
    #expect((result["capability"] as? [String: Int]) == ["protocolVersion": 7])
  }

  @Test func `an expansion is answered with the new body`() throws {
    let attribute = "\n  /// Doc.\n  @Cached(\"users\") "
    let result = try expansion(
      attribute: attribute, declaration: attribute + "func f() async throws -> Int { 1 }")
    #expect((result["expandedSource"] as? String)?.contains("strata.cachedCall(\"users\"") == true)
    #expect((result["diagnostics"] as? [Any])?.isEmpty == true)
  }

  @Test func `a diagnostic points at the attribute, its fix at the place to change`() throws {
    let attribute = "\n  // é\n  @Cached(\"users\") "
    let declaration = attribute + "func f() -> Int { 1 }"
    let result = try expansion(attribute: attribute, declaration: declaration)
    let diagnostics = try #require(result["diagnostics"] as? [[String: Any]])
    let position = try #require(diagnostics.first?["position"] as? [String: Any])
    #expect(position["offset"] as? Int == 100 + "\n  // é\n  ".utf8.count)
    #expect(position["fileName"] as? String == "/app/main.swift")
    let fixes = try #require(diagnostics.first?["fixIts"] as? [[String: Any]])
    let changes = try #require(fixes.first?["changes"] as? [[String: Any]])
    let range = try #require(changes.first?["range"] as? [String: Any])
    #expect(range["startOffset"] as? Int == 100 + (attribute + "func f()").utf8.count)
    #expect(result["expandedSource"] as? String == "{ 1 }")
  }

  @Test(arguments: [
    "", "nonsense", "{}", "[]", #"{"expandFreestandingMacro":{}}"#, #"{"loadPluginLibrary":{}}"#,
    #"{"expandAttachedMacro":{}}"#,
  ])
  func `whatever is asked is answered`(message: String) throws {
    let result = try #require(try answer(message)["expandMacroResult"] as? [String: Any])
    #expect((result["diagnostics"] as? [Any])?.count == 1)
  }

  @Test func `unknown macros and roles are refused`() throws {
    let source = "func f() async throws -> Int { 1 }"
    for result in [
      try expansion(attribute: "@A", declaration: source, type: "Other"),
      try expansion(attribute: "@A", declaration: source, role: "peer"),
    ] {
      #expect((result["diagnostics"] as? [Any])?.count == 1)
    }
  }
}
