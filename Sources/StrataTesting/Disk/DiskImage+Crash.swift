// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension DiskImage {
  /// How a crash treats what was not synced.
  private enum Fate: UInt64 {
    case allLost, allKept, prefix, subset
  }

  /// The smallest unit that a device writes as a whole.
  private static let sector = 512

  /// The disk after the process was killed: everything that was written is there.
  public func afterKill() -> DiskImage { self }

  /// The disk after the power failed: what no sync covered is lost, kept, cut off or torn into
  /// sectors in any order, as `seed` decides.
  public func afterPowerLoss(seed: UInt64) -> DiskImage {
    let random = SeededRandom(seed: seed)
    var image = DiskImage()
    image.directories = directories
    image.nextFile = nextFile
    image.durableNames = namesAfterCrash(random)
    image.names = image.durableNames
    for file in Set(image.names.values).sorted() {
      let bytes = Self.bytesAfterCrash(files[file] ?? File(), random)
      image.files[file] = File(current: bytes, durable: bytes)
    }
    return image
  }

  private func namesAfterCrash(_ random: SeededRandom) -> [String: Int] {
    var names = durableNames
    let fate = Fate(rawValue: random.below(4)) ?? .subset
    let prefix = Int(random.below(UInt64(pendingNames.count + 1)))
    for (index, change) in pendingNames.enumerated() {
      switch fate {
      case .allLost: return names
      case .allKept: break
      case .prefix: if index >= prefix { return names }
      case .subset: if random.below(2) == 0 { continue }
      }
      Self.apply(change, to: &names)
    }
    return names
  }

  private static func bytesAfterCrash(_ file: File, _ random: SeededRandom) -> [UInt8] {
    var bytes = file.durable
    let fate = Fate(rawValue: random.below(4)) ?? .subset
    let prefix = Int(random.below(UInt64(file.pending.count + 1)))
    for (index, change) in file.pending.enumerated() {
      switch fate {
      case .allLost: return bytes
      case .allKept: apply(change, to: &bytes)
      case .prefix:
        if index < prefix { apply(change, to: &bytes) }
        if index == prefix { tear(change, into: &bytes, random) }
      case .subset: tear(change, into: &bytes, random)
      }
    }
    return bytes
  }

  /// Applies some sectors of a change. The others keep what stood there, or become zeros or noise
  /// where the file grew.
  private static func tear(
    _ change: Change, into bytes: inout [UInt8], _ random: SeededRandom
  ) {
    guard case .write(let offset, let written) = change else {
      if random.below(2) == 0 { apply(change, to: &bytes) }
      return
    }
    let keepsSize = random.below(2) == 0
    let noise = random.below(2) == 0
    var start = 0
    while start < written.count {
      let end = min(written.count, ((offset + start) / sector + 1) * sector - offset)
      if random.below(2) == 0 {
        apply(.write(offset: offset + start, bytes: Array(written[start..<end])), to: &bytes)
      } else if keepsSize, bytes.count < offset + end {
        let known = bytes.count
        resize(&bytes, to: offset + end)
        if noise {
          for index in max(known, offset + start)..<offset + end {
            bytes[index] = UInt8(truncatingIfNeeded: random.next())
          }
        }
      }
      start = end
    }
  }
}
