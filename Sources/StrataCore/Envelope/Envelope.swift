// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An entry as bytes: the form of everything that leaves the process.
///
/// All numbers little-endian. Format 1:
///
/// | bytes | what |
/// |---|---|
/// | 4 | magic `STRA` |
/// | 1 | format, 1 |
/// | 1 | codec |
/// | 1 | flags: 1 = "not found", 2 = has validators |
/// | 1 + n | number of transforms, their numbers in the order applied |
/// | 8 | schema fingerprint |
/// | 16 | key digest |
/// | 8 | version |
/// | 3 × 8 | createdAt, freshUntil, usableUntil |
/// | 4 + 4 | cost in microseconds, size in bytes |
/// | 2 + … | number of tags, each with a 2-byte length |
/// | … | with flag 2: etag and last-modified, each with a 2-byte length |
/// | 4 + … | payload length and payload |
/// | 8 | checksum of all before |
///
/// Unknown or damaged is a miss, never an error for the caller, never a wrong value. Readers of a
/// later format must keep reading this one.
public enum Envelope {
  static let magic: UInt32 = 0x4152_5453  // "STRA" in memory
  static let format: UInt8 = 1
  private static let notFoundFlag: UInt8 = 1
  private static let validatorsFlag: UInt8 = 2
  /// The seed of the checksum: part of the format.
  private static let checksumSeed: UInt64 = 0x5354_5241_5441_0003

  // MARK: Sealing

  /// The bytes of `entry` for `key`. `coder` encodes a live payload; `transforms` are applied in
  /// order.
  public static func seal(
    _ entry: Entry, for key: CacheKey, coder: any PayloadCoder,
    transforms: [any PayloadTransform] = []
  ) throws -> [UInt8] {
    let digest = key.digest
    var payload = try encoded(entry, coder)?.bytes ?? []
    var applied: [UInt8] = []
    for transform in transforms {
      var head = ByteWriter(capacity: 128)
      writeHead(entry, digest, coder, applied, to: &head)
      let identity = PayloadIdentity(
        key: digest, version: entry.version, schema: coder.schema, head: head.bytes)
      guard let sealed = try transform.seal(payload, for: identity) else { continue }
      payload = sealed
      applied.append(transform.number)
    }
    var writer = ByteWriter(capacity: payload.count + 128)
    writeHead(entry, digest, coder, applied, to: &writer)
    writer.write(UInt32(clamping: payload.count))
    writer.write(raw: payload)
    writer.write(checksum(writer.bytes[...]))
    return writer.bytes
  }

  /// The payload as bytes: those that a tier has made before, where they are this coder's.
  static func encoded(_ entry: Entry, _ coder: any PayloadCoder) throws -> EncodedPayload? {
    guard let payload = entry.payload else { return nil }
    if let known = entry.encoded, known.codec == coder.codec, known.schema == coder.schema {
      return known
    }
    return EncodedPayload(
      bytes: try coder.encode(payload), codec: coder.codec, schema: coder.schema)
  }

  private static func writeHead(
    _ entry: Entry, _ digest: KeyDigest, _ coder: any PayloadCoder, _ applied: [UInt8],
    to writer: inout ByteWriter
  ) {
    let hasValidators = entry.details?.etag != nil || entry.details?.lastModified != nil
    writer.write(magic)
    writer.write(format)
    writer.write(coder.codec)
    writer.write((entry.isNotFound ? notFoundFlag : 0) | (hasValidators ? validatorsFlag : 0))
    writer.write(UInt8(clamping: applied.count))
    writer.write(raw: applied)
    writer.write(coder.schema)
    writer.write(digest.high)
    writer.write(digest.low)
    writer.write(entry.version.rawValue)
    for time in [entry.createdAt, entry.freshUntil, entry.usableUntil] {
      writer.write(time.nanoseconds)
    }
    writer.write(entry.cost)
    writer.write(entry.size)
    let tags = entry.tags.prefix(Int(UInt16.max))
    writer.write(UInt16(tags.count))
    for tag in tags { writer.write(short: tag.name) }
    if hasValidators {
      writer.write(short: entry.details?.etag ?? "")
      writer.write(short: entry.details?.lastModified ?? "")
    }
  }

  // MARK: Opening

  /// The entry in `bytes`, if they are an intact envelope for `key` and this coder's type.
  public static func open(
    _ bytes: [UInt8], for key: CacheKey, coder: any PayloadCoder,
    transforms: [any PayloadTransform] = []
  ) throws(EnvelopeError) -> Entry {
    var reader = ByteReader(bytes)
    guard reader.left >= 5, try reader.read(UInt32.self) == magic,
      try reader.read(UInt8.self) == format
    else { throw .foreign }
    try checkIntact(bytes)
    let codec = try reader.read(UInt8.self)
    let flags = try reader.read(UInt8.self)
    let applied = try reader.read(raw: Int(try reader.read(UInt8.self)))
    let schema = try reader.read(UInt64.self)
    let digest = KeyDigest(high: try reader.read(), low: try reader.read())
    let version = Version(rawValue: try reader.read())
    guard digest == key.digest else { throw .wrongKey }
    guard schema == coder.schema else { throw .wrongSchema }
    guard codec == coder.codec else { throw .wrongCodec }
    var entry = try readTimes(&reader, version: version)
    entry.details = try readDetails(&reader, flags: flags)
    let head = Head(bytes: bytes, end: reader.position, applied: applied)
    let payload = try reader.read(raw: Int(try reader.read(UInt32.self)))
    guard reader.left == 8 else { throw .truncated }
    let identity = PayloadIdentity(key: digest, version: version, schema: schema)
    let plain = try undo(transforms, payload, identity, head)
    if flags & notFoundFlag == 0 {
      entry.payload = EncodedPayload(bytes: plain, codec: codec, schema: schema)
    }
    return entry
  }

  private static func checkIntact(_ bytes: [UInt8]) throws(EnvelopeError) {
    guard bytes.count >= 16 else { throw .truncated }
    var tail = ByteReader(Array(bytes.suffix(8)))
    guard try tail.read(UInt64.self) == checksum(bytes.dropLast(8)) else { throw .damaged }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBytes { KeyHash.hash($0, seed: checksumSeed) }
  }

  private static func readTimes(
    _ reader: inout ByteReader, version: Version
  ) throws(EnvelopeError) -> Entry {
    let created = Timestamp(nanoseconds: try reader.read())
    let fresh = Timestamp(nanoseconds: try reader.read())
    let usable = Timestamp(nanoseconds: try reader.read())
    return Entry(
      payload: nil, createdAt: created, freshUntil: fresh, usableUntil: usable, version: version,
      cost: try reader.read(), size: try reader.read())
  }

  private static func readDetails(
    _ reader: inout ByteReader, flags: UInt8
  ) throws(EnvelopeError) -> EntryDetails? {
    var tags: [Tag] = []
    for _ in 0..<Int(try reader.read(UInt16.self)) { tags.append(Tag(try reader.readShortText())) }
    guard flags & validatorsFlag != 0 else { return .of(tags: tags, etag: nil, lastModified: nil) }
    let etag = try reader.readShortText()
    let lastModified = try reader.readShortText()
    return .of(
      tags: tags, etag: etag.isEmpty ? nil : etag,
      lastModified: lastModified.isEmpty ? nil : lastModified)
  }

  /// The bytes before the payload, as they were when each transform was applied.
  private struct Head {
    let bytes: [UInt8]
    let end: Int
    let applied: [UInt8]

    func beforeTransform(_ index: Int) -> [UInt8] {
      bytes[..<7] + [UInt8(clamping: index)] + applied[..<index]
        + bytes[(8 + applied.count)..<end]
    }
  }

  private static func undo(
    _ transforms: [any PayloadTransform], _ payload: [UInt8], _ identity: PayloadIdentity,
    _ head: Head
  ) throws(EnvelopeError) -> [UInt8] {
    // None is applied twice: a chain of compressions would multiply the work of a reader.
    guard Set(head.applied).count == head.applied.count else { throw .unknownTransform }
    let isComplete = transforms.allSatisfy { !$0.isRequired || head.applied.contains($0.number) }
    guard isComplete else { throw .unsealed }
    var bytes = payload
    for (index, number) in head.applied.enumerated().reversed() {
      let identity = PayloadIdentity(
        key: identity.key, version: identity.version, schema: identity.schema,
        head: head.beforeTransform(index))
      guard let transform = transforms.first(where: { $0.number == number }) else {
        throw .unknownTransform
      }
      do {
        bytes = try transform.open(bytes, for: identity)
      } catch {
        throw .refusedByTransform
      }
    }
    return bytes
  }
}
