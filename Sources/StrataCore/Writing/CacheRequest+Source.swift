// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension CacheRequest {
  /// What a caller's write or removal means for the source, one change a key; nothing for any other
  /// operation.
  ///
  /// A value that is none says something about the source, and is no change of it.
  public func sourceWrites(acceptedAt now: Timestamp) throws -> [SourceWrite] {
    switch operation {
    case .write(let values): return try upserts(values, now)
    case .remove:
      return keys.map { SourceWrite(key: $0.bytes, change: .delete, acceptedAt: now) }
    default: return []
    }
  }

  private func upserts(_ values: Batch<LoadedValue>, _ now: Timestamp) throws -> [SourceWrite] {
    guard let coder else { throw CacheError(.codecFailed, "A write came without a coder.") }
    return try zip(keys, values).compactMap { key, value in
      guard let payload = value.payload else { return nil }
      do {
        return SourceWrite(
          key: key.bytes, change: .upsert(try coder.encode(payload)), codec: coder.codec,
          schema: coder.schema, acceptedAt: now)
      } catch {
        throw CacheError(
          .codecFailed, "The value could not be encoded.", key: key.digest, underlying: error)
      }
    }
  }
}

extension CacheContext {
  /// Removes keys from every tier, on all nodes, where what is cached may not be what the source
  /// has. The source is not told.
  public func forget(_ keys: some Sequence<CacheKey>) async {
    let keys = Array(keys)
    for start in stride(from: 0, to: keys.count, by: 256) {
      let some = Batch(keys[start..<min(start + 256, keys.count)])
      do {
        _ = try await reenter(CacheRequest(.remove, keys: some))
      } catch {
        report(
          .error, "keys not forgotten", source: "cache",
          details: [("keys", "\(some.count)"), ("error", "\(type(of: error))")])
      }
    }
  }
}
