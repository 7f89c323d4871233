// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FileStore
import SegmentedLog
import Strata
import StrataSystem
import Synchronization

/// The process that is killed: writes, removes, appends and finishes as fast as the disk lets it.
struct Victim {
  let directory: String
  let serial: UInt64
  let seed: UInt64

  func run() async throws {
    let runtime = CacheRuntime.live()
    let store = try await openStore(directory, runtime)
    let journal = try openJournal(directory, runtime)
    let strata = try await Rows.open(directory, runtime)
    let rows: Cache<UInt64, UInt64> = try strata.cache("rows")
    let serials = Serials(serial)
    await withTaskGroup(of: Void.self) { group in
      // Each writer has keys of its own, so the order of writes to a key is known.
      for writer in 0..<UInt64(4) {
        group.addTask { await write(store, serials, keys: writer * 12..<writer * 12 + 12) }
      }
      group.addTask { await append(journal, serials) }
      for writer in 0..<UInt64(2) {
        group.addTask { await change(rows, serials, keys: writer * 6..<writer * 6 + 6) }
      }
    }
  }

  private func change(
    _ rows: Cache<UInt64, UInt64>, _ serials: Serials, keys: Range<UInt64>
  ) async {
    while true {
      let serial = serials.next()
      let number = keys.lowerBound + serial % UInt64(keys.count)
      guard (try? await rows.set(number, serial)) != nil else { continue }
      Note(.written, key: number, serial: serial).send()
    }
  }

  private func write(_ store: FileStore, _ serials: Serials, keys: Range<UInt64>) async {
    var random = serial &+ seed &+ keys.lowerBound
    while true {
      random = random &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
      let number = keys.lowerBound + (random >> 33) % UInt64(keys.count)
      let serial = serials.next()
      if (random >> 20) % 7 == 0 {
        Note(.removing, key: number, serial: serial).send()
        guard (try? await store.remove(.one(key(number)))) != nil else { continue }
        Note(.removed, key: number, serial: serial).send()
      } else {
        let write = StoreWrite(
          key: key(number), content: .sealed(word(serial) + value(of: serial)),
          expiresAt: .distantFuture, version: nil, lease: nil)
        guard case .one(.stored)? = try? await store.set(.one(write)) else { continue }
        Note(.stored, key: number, serial: serial).send()
      }
    }
  }

  private func append(_ journal: Journal, _ serials: Serials) async {
    while true {
      let serial = serials.next()
      guard let numbers = try? await journal.append([word(serial) + value(of: serial)]) else {
        continue
      }
      Note(.journaled, key: numbers[0], serial: serial).send()
      if serial % 16 == 0, numbers[0] > 20 {
        Note(.finishing, key: numbers[0] - 20, serial: serial).send()
        journal.finish(through: numbers[0] - 20)
      }
    }
  }
}

/// The serial in front of each value, eight bytes.
func word(_ serial: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: serial >> ($0 * 8)) }
}

/// Numbers that no run uses twice.
final class Serials: Sendable {
  private let last: Atomic<UInt64>

  init(_ start: UInt64) { last = Atomic(start) }

  func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
