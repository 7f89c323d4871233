// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

/// An entry of a stream.
public struct RESPStreamEntry: Sendable, Hashable {
  /// Where it is.
  public let place: RESPStreamPlace
  /// Its fields with their values, in order; empty for one that was removed and is still pending.
  public let fields: [RESPStreamField]

  /// The value of a field.
  public subscript(name: String) -> [UInt8]? {
    fields.first { $0.name == Array(name.utf8) }?.value
  }

  /// The entries in an answer to `XRANGE` and the like.
  static func read(_ answer: RESPValue) throws(RESPClientError) -> [RESPStreamEntry] {
    guard let elements = answer.elements else { throw .unexpectedReply(.array) }
    var entries: [RESPStreamEntry] = []
    for element in elements {
      guard let place = element[0]?.string.flatMap(RESPStreamPlace.init) else {
        throw .unexpectedReply(.array)
      }
      var fields: [RESPStreamField] = []
      if let pairs = element[1], !pairs.isNull {
        for (name, value) in try pairs.readPairs() {
          fields.append(.init(name: name, value: value))
        }
      }
      entries.append(RESPStreamEntry(place: place, fields: fields))
    }
    return entries
  }

  /// The entries of the only stream in an answer to `XREAD` and the like; none where it is null.
  static func readOnly(_ answer: RESPValue) throws(RESPClientError) -> [RESPStreamEntry] {
    if answer.isNull { return [] }
    // RESP3 answers with a map, RESP2 with pairs.
    let entries = answer.pairs?.first?.value ?? answer[0]?[1]
    guard let entries else { throw .unexpectedReply(.array) }
    return try read(entries)
  }
}
