// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A way into a configuration: `caches.users.pipeline[2].stampede-guard.wait`.
enum ConfigPath {
  /// The path of `key` inside the map at `path`. Keys that are no plain words stand in brackets.
  static func key(_ key: String, in path: String) -> String {
    guard isWord(key) else { return "\(path)[\(ScalarProblem.quoted(key))]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }

  /// The path of the item at `index`, from 0, in the list at `path`.
  static func item(_ index: Int, in path: String) -> String { "\(path)[\(index)]" }

  /// The path as a message shows it: cut where it is very deep.
  static func shortened(_ path: String) -> String {
    path.utf8.count <= 120 ? path : "\(path.prefix(80))..."
  }

  private static func isWord(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count <= 60
      && key.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
      }
  }
}
