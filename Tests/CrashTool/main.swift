// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// Kills a real process while it writes, and looks at what is left: `swift run -c release CrashTool
// [kills] [seed]`. The victim is this program itself with another argument; it acknowledges over a
// pipe what the store and the journal have acknowledged to it. Ends with status 1 if anything that
// was acknowledged is lost, older than acknowledged, or not what was written.

import Glibc
import StrataCore
import StrataSystem

let arguments = CommandLine.arguments
if arguments.count == 5, arguments[1] == "victim" {
  try await Victim(
    directory: arguments[2], serial: UInt64(arguments[3]) ?? 0, seed: UInt64(arguments[4]) ?? 0
  ).run()
} else {
  let kills = arguments.count > 1 ? Int(arguments[1]) ?? 1_000 : 1_000
  let seed = arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : UInt64(getpid())
  let hunter = try Hunter(seed: seed)
  let failures = try await hunter.run(kills)
  print(
    "\(kills) kills, seed \(seed): \(hunter.acknowledged) acknowledgements, \(failures) failures")
  exit(failures == 0 ? 0 : 1)
}
