// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP

/// The bytes of a text, as the wire has them.
func wire(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What came out of some bytes: the values before the end or the error, and the error.
struct Parsed: Equatable {
  var values: [RESPValue] = []
  var error: RESPProtocolError?
  /// Bytes that belong to no frame yet.
  var rest = 0
}

/// Feeds `pieces` one after another and reads all frames after each.
func parse(
  _ pieces: [ArraySlice<UInt8>], limits: RESPLimits = RESPLimits(), keepingAttributes: Bool = true
) -> Parsed {
  var parser = RESPParser(limits: limits)
  var parsed = Parsed()
  for piece in pieces {
    parser.receive(Array(piece))
    do throws(RESPProtocolError) {
      while try parser.next() {
        parsed.values.append(parser.frame.value(keepingAttributes: keepingAttributes))
      }
    } catch {
      parsed.error = error
      break
    }
  }
  parsed.rest = parsed.error == nil ? parser.buffered : 0
  return parsed
}

/// Feeds `bytes` in one piece.
func parse(
  _ bytes: [UInt8], limits: RESPLimits = RESPLimits(), keepingAttributes: Bool = true
) -> Parsed {
  parse([bytes[...]], limits: limits, keepingAttributes: keepingAttributes)
}

/// Feeds `text` in one piece.
func parse(_ text: String, limits: RESPLimits = RESPLimits()) -> Parsed {
  parse(wire(text), limits: limits)
}

/// `bytes` one by one.
func single(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
  bytes.indices.map { bytes[$0...$0] }
}
