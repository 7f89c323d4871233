// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where and how often a store writes its entries down.
struct SnapshotPlan: Sendable {
  /// The file that a clean shutdown leaves.
  var path: String
  /// How often the entries are written meanwhile; `nil` for never.
  var interval: Duration?

  /// What is there while a store runs, and after one that did not end cleanly.
  var runningPath: String { path + ".running" }
  var draftPath: String { path + ".new" }
  var lockPath: String { path + ".lock" }

  var directory: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
