// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataConfig
import StrataCore
import Testing

/// A wrong file, and how its messages come about.
struct GoldenFile: Sendable, CustomTestStringConvertible {
  let folder: String
  let name: String

  var testDescription: String { "\(folder)/\(name)" }

  static let isRecording = ProcessInfo.processInfo.environment["STRATA_RECORD_GOLDEN"] != nil

  /// Variables that may be shown, since nothing wrong is in them.
  static let variables = ["PORT": "6379", "HOST": "localhost", "EMPTY": ""]

  /// Variables of which no message may show the value.
  static let secrets = [
    "SECRET": "hunter2-very-secret", "DIGITS": "72617", "YES": "yEs", "CLUSTRE": "clustre",
    "LONG": String(repeating: "q", count: 40_000),
  ]

  static let all: [GoldenFile] = ["YAML", "Scalars", "Plans"].flatMap { folder in
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
    return (names ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
      .map { GoldenFile(folder: folder, name: $0) }
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Golden").path

  /// The messages, one a line.
  var messages: String {
    problems.map { "\($0)\n" }.joined()
  }

  private var problems: [ConfigurationProblem] {
    let reader = ConfigReader(files: Folder(path: "\(Self.root)/\(folder)")) {
      Self.variables[$0] ?? Self.secrets[$0]
    }
    if folder == "Plans" { return reader.plan(name, registry: SamplePlugins.registry).problems }
    let reading = reader.read(name)
    let checks = folder == "Scalars" ? reading.root.map(ScalarCheck.problems(in:)) ?? [] : []
    return reading.problems + checks
  }

  var expected: String {
    get throws { try String(contentsOfFile: goldenPath, encoding: .utf8) }
  }

  func record(_ messages: String) throws {
    try messages.write(toFile: goldenPath, atomically: true, encoding: .utf8)
  }

  private var goldenPath: String { "\(Self.root)/\(folder)/\(name.dropLast(5)).txt" }

  /// The files below one folder.
  private struct Folder: ConfigFiles {
    let path: String

    func read(_ name: String, limit: Int) throws(DiskError) -> [UInt8] {
      guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
        throw DiskError(.notFound, operation: "read", path: name)
      }
      return Array(data.prefix(limit))
    }
  }
}
