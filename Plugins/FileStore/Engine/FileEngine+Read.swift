// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// What was found for a key.
enum GetResult: Sendable {
  /// Its value.
  case hit([UInt8])
  /// Nothing, for the reason given.
  case miss(MissReason)
}

extension FileEngine {
  /// Up to this length a record is read whole, in one call, into the array that is returned.
  private static let wholeLimit = 64 << 10

  /// Finds the value of `key`.
  func get(_ key: UnsafeRawBufferPointer, now: Timestamp) -> GetResult {
    let digest = KeyHash.hash(key, seed: seed)
    guard let location = index.locate(digest) else { return .miss(.neverCached) }
    return read(location, key, now)
  }

  /// Finds the values of `keys`, reading in the order of their places.
  func get(_ keys: [CacheKey], now: Timestamp) -> [GetResult] {
    var results = [GetResult](repeating: .miss(.neverCached), count: keys.count)
    var found: [(position: Int, location: FileIndex.Location)] = []
    for (position, key) in keys.enumerated() {
      let digest = key.bytes.withUnsafeBytes { KeyHash.hash($0, seed: seed) }
      if let location = index.locate(digest) { found.append((position, location)) }
    }
    found.sort { $0.location.slot.place < $1.location.slot.place }
    for (position, location) in found {
      results[position] = keys[position].bytes.withUnsafeBytes { read(location, $0, now) }
    }
    return results
  }

  private func read(
    _ location: FileIndex.Location, _ key: UnsafeRawBufferPointer, _ now: Timestamp
  ) -> GetResult {
    let slot = location.slot
    if slot.isExpired(at: now) {
      index.remove(slot.digest, at: slot.logPlace)
      return .miss(.expired)
    }
    let reading = RecordReading(slot: slot, identity: location.identity, key: key)
    switch bytes(location, reading) {
    case .success(let found): return judge(found, slot, key, now)
    case .failure(let error):
      catalog.readFailed(error)
      return .miss(.unavailable)
    }
  }

  private func judge(
    _ found: RecordReading.Outcome, _ slot: IndexSlot, _ key: UnsafeRawBufferPointer,
    _ now: Timestamp
  ) -> GetResult {
    switch found {
    case .value(let value, let expiry):
      if catalog.clears.covers(key, at: slot.logPlace) {
        index.remove(slot.digest, at: slot.logPlace)
        return .miss(.invalidated)
      }
      return now < expiry ? .hit(value) : .miss(.expired)
    case .otherKey: return .miss(.neverCached)
    case .damaged:
      // Only if nothing has moved meanwhile is it the record's fault.
      guard index.remove(slot.digest, at: slot.logPlace) else { return .miss(.neverCached) }
      catalog.counters.damaged.add(1, ordering: .relaxed)
      return .miss(.rejected)
    }
  }

  /// The record's value from wherever its bytes are: in a chunk, or in a file.
  private func bytes(
    _ location: FileIndex.Location, _ reading: RecordReading
  ) -> Result<RecordReading.Outcome, DiskError> {
    let place = location.slot.logPlace
    if place >= writer.unwritten,
      let chunk = writer.tail.withLock({ $0.chunk(holding: place) })
    {
      return .success(reading.copy(from: chunk))
    }
    do throws(DiskError) {
      guard let file = try location.file == nil ? catalog.file(of: place.segment) : location.file
      else { return .success(.damaged) }
      let small = location.slot.length <= Self.wholeLimit
      return .success(try small ? reading.readWhole(file) : reading.readInPieces(file))
    } catch {
      return .failure(error)
    }
  }
}
