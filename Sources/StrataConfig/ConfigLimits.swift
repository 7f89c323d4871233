// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How much a configuration may ask of whoever reads it.
///
/// The limits lie far above what a person writes and far below what hurts: the worst file within
/// them is refused or read in well under 50 ms and 32 MiB.
public struct ConfigLimits: Hashable, Sendable {
  /// Bytes in one file.
  public var fileBytes = 1 << 20
  /// Bytes in one scalar, after its environment variables are filled in.
  public var scalarBytes = 1 << 16
  /// Nodes in the whole configuration, where an alias counts as all that it stands for.
  public var nodes = 100_000
  /// Maps and lists inside one another, aliases followed.
  public var depth = 64
  /// Files, with all that they include.
  public var files = 64
  /// Files that include one another in a chain.
  public var includeDepth = 8
  /// Problems that are reported; one more says that there are others.
  public var problems = 100

  /// Creates the standard limits.
  public init() {}
}
