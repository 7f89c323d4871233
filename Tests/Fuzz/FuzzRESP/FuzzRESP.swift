// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// libFuzzer on the parser and the connection.
//
//   FUZZ=1 swift build -c release --product FuzzRESP --sanitize=fuzzer
//   SWIFT_BACKTRACE=enable=no .build/release/FuzzRESP -dict=Tests/Fuzz/FuzzRESP/FuzzRESP.dict
//   <folder> Tests/Fuzz/FuzzRESP/Corpus
//
// The first byte of an input chooses what is checked with the rest. A check that fails ends the
// process with a message, which libFuzzer reports with the input.

import RESP

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let rest = Array(input.dropFirst())
  switch choice % 3 {
  case 0: ParserCheck(rest).run()
  case 1: ConversationCheck(rest, version: .resp3).run()
  default: ConversationCheck(rest, version: .resp2).run()
  }
  return 0
}

/// Ends the process when `condition` does not hold.
func check(_ condition: Bool, _ message: StaticString) {
  if !condition { fatalError("\(message)") }
}

/// Small limits, so that the fuzzer reaches them.
let smallLimits = RESPLimits(line: 64, payload: 200, frame: 400, elements: 30, depth: 6)
