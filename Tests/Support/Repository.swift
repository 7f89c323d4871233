// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// The repository that the tests are part of.
public enum Repository {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a file, from its path within the repository.
  public static func path(_ path: String) -> String { root.appendingPathComponent(path).path }

  /// What a file says.
  public static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}
