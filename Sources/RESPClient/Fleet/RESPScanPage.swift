// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a scan found, and where to go on.
public struct RESPScanPage: Sendable {
  /// The names; a name may be on several pages.
  public var keys: [[UInt8]]
  /// Where the next page begins; 0 is the end.
  public var next: UInt64
}
