// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension MemoryStore: ScanningStore {
  /// The keys of one shard that match: a page is a shard, however much lies in it. Writers of that
  /// shard wait meanwhile, readers do not.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    let (found, hasMore) = engine.keys(inShard: Int(clamping: cursor.rawValue), pattern)
    let keys = found.map { CacheKey(bytes: $0, seed: engine.seed) }
    return ScanPage(keys, next: hasMore ? ScanCursor(rawValue: cursor.rawValue + 1) : nil)
  }
}

extension MemoryEngine {
  /// The keys of a shard that match, and whether there is a shard behind it.
  fileprivate func keys(inShard wanted: Int, _ pattern: KeyPattern) -> ([[UInt8]], Bool) {
    var found: [[UInt8]] = []
    var index = 0
    shards.forEach { shard in
      defer { index += 1 }
      guard index == wanted else { return }
      shard.locked {
        shard.forEachNode { node in
          let key = shard.withKey(of: node) { Array($0) }
          if pattern.matches(key) { found.append(key) }
        }
      }
    }
    return (found, wanted + 1 < index)
  }
}
