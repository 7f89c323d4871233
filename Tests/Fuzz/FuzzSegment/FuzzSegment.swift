// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FileStore
import SegmentedLog
import StrataCore
import StrataTesting

/// Any bytes at all stand where a segment, a footer or an index snapshot should: as they are, or put
/// into frames with the right checksums, so that what is behind the checksums is reached too. Store
/// and journal must open, serve what they can, take writes, and open again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSegment(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Array(UnsafeBufferPointer(start: bytes, count: count))[...]
  guard let mode = input.popFirst() else { return 0 }
  let kind: LogKind = mode & 1 == 0 ? .store : .journal
  var image = DiskImage()
  let directory = kind == .store ? "/store" : "/journal"
  switch mode >> 1 & 3 {
  case 0: image[directory + "/0000000001.segment"] = header(kind) + input
  case 1: image[directory + "/0000000001.segment"] = header(kind) + frames(input)
  case 2: image[directory + "/0000000001.segment"] = footer(kind, input)
  default:
    image[directory + "/0000000001.segment"] = header(kind)
    image["/store/index.snapshot"] = mode & 8 == 0 ? Array(input) : blocks(input)
  }
  do {
    if kind == .store { try useStore(image) } else { try useJournal(image) }
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}

private let identity: UInt64 = 0x1234
private let seed: UInt64 = 0x5678

private func header(_ kind: LogKind) -> [UInt8] {
  SegmentHeader(
    kind: kind, number: 1, identity: identity, created: 0, word: seed, marksSyncs: true
  ).bytes
}

private func frame(
  _ kind: UInt16, _ tag: UInt16, _ body: ArraySlice<UInt8>, at offset: Int
) -> [UInt8] {
  let checksum = body.withUnsafeBytes { CRC32C.checksum(of: $0) }
  let head = FrameHead(kind: kind, tag: tag, length: UInt32(body.count), checksum: checksum)
  var bytes = [UInt8](repeating: 0, count: FrameHead.size) + body
  bytes.withUnsafeMutableBytes { bytes in
    guard let start = bytes.baseAddress else { return }
    head.write(to: start, salt: FrameHead.salt(identity: identity, offset: Int64(offset)))
  }
  return bytes + [UInt8](repeating: 0, count: head.footprint - bytes.count)
}

/// Reads the input as frames: kind, tag, length, body.
private func frames(_ input: ArraySlice<UInt8>) -> [UInt8] {
  var input = input
  var bytes: [UInt8] = []
  while input.count > 3 {
    let kind = UInt16(input.removeFirst())
    let tag = UInt16(input.removeFirst())
    let length = Int(input.removeFirst())
    let body = input.prefix(length)
    input = input.dropFirst(length)
    let real = kind >= 0xFE ? 0xFF00 | kind : kind
    bytes += frame(real, tag, body, at: SegmentHeader.span + bytes.count)
  }
  return bytes
}

/// A segment with one record and a valid footer that says anything about it.
private func footer(_ kind: LogKind, _ input: ArraySlice<UInt8>) -> [UInt8] {
  let size = kind == .store ? 32 : 16
  let entries = input.prefix(input.count / size * size)
  var bytes = header(kind)
  bytes += frame(1, 3, Array(repeating: 7, count: 60)[...], at: bytes.count)
  let start = bytes.count
  bytes += frame(FrameHead.footerKind, 0, entries, at: start)
  var trailer = [UInt8](repeating: 0, count: 32)
  let salt = FrameHead.salt(identity: identity, offset: Int64(bytes.count))
  trailer.withUnsafeMutableBytes { trailer in
    guard let target = trailer.baseAddress else { return }
    target.set(UInt64(0x444E_4554_4152_5453), at: 0)
    target.set(UInt64(start), at: 8)
    target.set(UInt32(size), at: 16)
    target.set(UInt32(entries.count / size), at: 20)
    let covered = UnsafeRawBufferPointer(start: target, count: 28)
    target.set(CRC32C.checksum(of: covered) ^ salt, at: 28)
  }
  return bytes + trailer
}

/// Reads the input as blocks of a snapshot: length, bytes.
private func blocks(_ input: ArraySlice<UInt8>) -> [UInt8] {
  var input = input
  var bytes: [UInt8] = []
  while let length = input.popFirst() {
    let body = input.prefix(Int(length))
    input = input.dropFirst(Int(length))
    let checksum = body.withUnsafeBytes { CRC32C.checksum(of: $0) }
    withUnsafeBytes(of: UInt64(body.count).littleEndian) { bytes += $0 }
    withUnsafeBytes(of: UInt64(checksum).littleEndian) { bytes += $0 }
    bytes += body
  }
  return bytes
}

private func useStore(_ image: DiskImage) throws {
  let disk = SimulatedDisk(image)
  for round in 0..<2 {
    try Simulation(seed: UInt64(round), disk: disk).run { world in
      let store = try FileStore(options: options, runtime: world.runtime)
      try await store.open()
      let keys = (0..<3).map { CacheKey(bytes: Array("abcdefgh".utf8.prefix($0 * 3)), seed: 1) }
      _ = try await store.get(.many(keys))
      let write = StoreWrite(
        key: keys[1], content: .sealed([1, 2, 3]), expiresAt: .distantFuture, version: nil,
        lease: nil)
      guard case .stored = try await store.set(.one(write))[0],
        case .sealed([1, 2, 3])? = try await store.get(.one(keys[1]))[0].content
      else { preconditionFailure("a write is not read back") }
      await store.close()
    }
  }
}

private func useJournal(_ image: DiskImage) throws {
  let disk = SimulatedDisk(image)
  for round in 0..<2 {
    let world = Simulation(seed: UInt64(round), disk: disk)
    let journal = try Journal.open(
      JournalOptions(directory: "/journal"), disk: disk, runtime: world.runtime)
    _ = try journal.read(after: 0, limit: 100)
    let last = journal.status.lastSequence
    let next = try journal.appendNow([[1, 2, 3]])
    precondition(next[0] > last)
    journal.close()
  }
}

private let options: StoreOptions = {
  let here = SourceLocation(file: "fuzz", line: 1, column: 1)
  let fields = [("path", "/store"), ("capacity", "1MiB"), ("interval", "1h")].map { name, text in
    ConfigNode.Field(
      key: name, location: here, value: ConfigNode(.scalar(text, quoted: false), at: here))
  }
  return StoreOptions(
    name: "fuzz", block: OptionBlock(ConfigNode(.map(fields), at: here), path: "fuzz"))
}()
