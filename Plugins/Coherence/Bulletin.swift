// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One message between nodes: what changed on its sender, by number.
///
/// All numbers little-endian. Format 1:
///
/// | bytes | what |
/// |---|---|
/// | 2 | magic `SC` |
/// | 1 | format, 1 |
/// | 1 | kind: 0 heartbeat, 1 news, 2 farewell |
/// | 8 | incarnation: the sender since it started |
/// | 8 | number: of these news, or of the last ones sent |
/// | 2 + … | items |
///
/// An item is a kind (1 outdated, 2 expired, 3 tag, 4 everything removed, 5 everything in doubt),
/// flags (1 = the shared tiers were not changed, 2 = has a version), a version of 8 bytes with flag
/// 2, and a key or tag with a length of 2 bytes.
struct Bulletin: Equatable, Sendable {
  enum Kind: UInt8, Sendable {
    case heartbeat = 0
    case news = 1
    case farewell = 2
  }

  static let headLength = 22
  static let mostItems = 512
  static let mostBytes = 48 * 1024

  var kind: Kind
  var incarnation: UInt64
  var number: UInt64
  var items: [Item] = []

  /// The bytes of the message.
  var bytes: [UInt8] {
    var bytes: [UInt8] = [0x53, 0x43, 1, kind.rawValue]
    bytes.append(number: incarnation)
    bytes.append(number: number)
    bytes.append(number: UInt16(clamping: items.count))
    for item in items.prefix(Int(UInt16.max)) { item.write(to: &bytes) }
    return bytes
  }

  init(_ kind: Kind, incarnation: UInt64, number: UInt64, items: [Item] = []) {
    (self.kind, self.incarnation, self.number, self.items) = (kind, incarnation, number, items)
  }

  /// Reads a message; `nil` for what is damaged, foreign or of a later format.
  init?(_ bytes: [UInt8]) {
    var reader = BulletinReader(bytes)
    guard reader.byte() == 0x53, reader.byte() == 0x43, reader.byte() == 1,
      let kind = reader.byte().flatMap(Kind.init), let incarnation = reader.number(UInt64.self),
      let number = reader.number(UInt64.self), let count = reader.number(UInt16.self)
    else { return nil }
    self.init(kind, incarnation: incarnation, number: number)
    for _ in 0..<count {
      guard let item = Item(&reader) else { return nil }
      items.append(item)
    }
    guard reader.isAtEnd else { return nil }
  }
}

extension Bulletin {
  /// One thing that changed.
  enum Item: Hashable, Sendable {
    /// What is older than the version, or everything under the key where there is none.
    case outdated(key: [UInt8], Version?, isSettled: Bool)
    /// What is under the key is stale.
    case expired(key: [UInt8], isSettled: Bool)
    /// What is under the tag.
    case tag(String, isSettled: Bool)
    /// Everything was removed.
    case cleared(isSettled: Bool)
    /// More changed than is worth telling.
    case flood

    var isSettled: Bool {
      switch self {
      case .outdated(_, _, let isSettled), .expired(_, let isSettled), .tag(_, let isSettled),
        .cleared(let isSettled):
        isSettled
      case .flood: true
      }
    }

    /// How many bytes the item takes.
    var length: Int {
      switch self {
      case .outdated(let key, let version, _): 4 + key.count + (version == nil ? 0 : 8)
      case .expired(let key, _): 4 + key.count
      case .tag(let name, _): 4 + name.utf8.count
      case .cleared, .flood: 4
      }
    }

    func write(to bytes: inout [UInt8]) {
      let unsettled: UInt8 = isSettled ? 0 : 1
      switch self {
      case .outdated(let key, let version, _):
        bytes += [1, unsettled | (version == nil ? 0 : 2)]
        if let version { bytes.append(number: version.rawValue) }
        bytes.append(short: key)
      case .expired(let key, _):
        bytes += [2, unsettled]
        bytes.append(short: key)
      case .tag(let name, _):
        bytes += [3, unsettled]
        bytes.append(short: Array(name.utf8))
      case .cleared: bytes += [4, unsettled, 0, 0]
      case .flood: bytes += [5, unsettled, 0, 0]
      }
    }

    init?(_ reader: inout BulletinReader) {
      guard let kind = reader.byte(), let flags = reader.byte(), flags < 4 else { return nil }
      var version: Version?
      if flags & 2 != 0 {
        guard let word = reader.number(UInt64.self) else { return nil }
        version = Version(rawValue: word)
      }
      guard let text = reader.short() else { return nil }
      let isSettled = flags & 1 == 0
      switch kind {
      case 1: self = .outdated(key: text, version, isSettled: isSettled)
      case 2: self = .expired(key: text, isSettled: isSettled)
      case 3: self = .tag(String(decoding: text, as: UTF8.self), isSettled: isSettled)
      case 4: self = .cleared(isSettled: isSettled)
      case 5: self = .flood
      default: return nil
      }
    }
  }
}
