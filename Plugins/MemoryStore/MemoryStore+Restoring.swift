// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
internal import Synchronization

extension MemoryStore: RestoringStore {
  /// Whether the plan names a file for snapshots.
  public var keepsSnapshots: Bool { snapshots != nil }

  /// Notes how a type is encoded.
  public func learn(_ coder: any PayloadCoder, from payload: Payload) {
    snapshots?.coders.learn(coder, from: payload)
  }

  /// Puts a live entry in the place of the one that came back from a snapshot.
  public func thaw(_ key: CacheKey, _ entry: Entry) {
    let weight = weigher.weight(of: entry, keyLength: key.bytes.count)
    key.withView { engine.thaw($0, entry, weight: weight) }
    upkeep.deliverEvents()
  }
}

extension MemoryEngine {
  /// Replaces what is frozen and of the same version.
  fileprivate func thaw(_ key: KeyView, _ entry: Entry, weight: UInt32) {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      shard.locked {
        guard let found = shard.find(key), shard.version(of: found.node) == entry.version else {
          return
        }
        let node = shard.arena[found.node]
        let epoch = NodeWord(bits: node.pointee.word.load(ordering: .relaxed)).epoch
        let (known, expiresAt) = shard.entry(node, found.node)
        guard known.payload is EncodedPayload else { return }
        _ = shard.set(
          ShardWrite(
            key: key, entry: entry, expiresAt: expiresAt, epoch: epoch, weight: weight,
            isPermitted: { true }), others: shards)
      }
    }
  }
}
