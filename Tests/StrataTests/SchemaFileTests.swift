// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import Strata
import StrataConfig
import Testing

@Suite("Schema file")
struct SchemaFileTests {
  private let file = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Config/strata.schema.json")

  @Test func `the schema in Config is the one that the built-in plugins declare`() throws {
    let schema = PlanSchema.text(for: .builtIn)
    if ProcessInfo.processInfo.environment["STRATA_RECORD_GOLDEN"] != nil {
      try schema.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(
      try String(contentsOf: file, encoding: .utf8) == schema,
      "renew it: STRATA_RECORD_GOLDEN=1 swift test --filter SchemaFileTests")
  }
}
