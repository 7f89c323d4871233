// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import TraceFormat

/// Any bytes are a trace or an error, within the limit; a recording says of its share what it may.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let limit = 1 << 20
  guard let contents = try? TraceContents(bytes, limit: limit) else { return 0 }
  precondition(contents.share > 0 && contents.share <= 1)
  if case .lines(let lines) = contents.keys { precondition(lines.count <= max(limit, count)) }
  return 0
}
