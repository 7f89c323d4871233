// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension ScanPage {
  /// The page of all keys that begins at a cursor. Pages follow the hash, which stays the same
  /// whatever comes and goes; keys with one hash are in one page.
  init(of all: [CacheKey], _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int) {
    let left = all.filter { $0.hash >= cursor.rawValue }
      .sorted { ($0.hash, $0.text) < ($1.hash, $1.text) }
    var count = Swift.min(Swift.max(1, limit), left.count)
    while count < left.count, left[count].hash == left[count - 1].hash { count += 1 }
    self.init(
      left[..<count].filter { pattern.matches($0.bytes) },
      next: count < left.count ? ScanCursor(rawValue: left[count].hash) : nil)
  }
}
