// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import Strata
import StrataCore
import StrataSystem
import StrataTesting
import Testing

/// Hot reload from the file to the running plan, in virtual time over real files.
@Suite("Watching a plan's file")
struct WatchTests {
  private func write(_ caches: String, to path: String) throws {
    let text = "version: 1\ncaches: { \(caches) }\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func `a valid change is put in place, an invalid one changes nothing`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("strata.yaml").path
    try Simulation(seed: 11, disk: SystemDisk()).run { world in
      try write("a: { ttl: 1m, pipeline: [] }", to: path)
      let strata = try await Strata.load(path, runtime: world.runtime)
      let watcher = world.spawn { try? await strata.watch(path, every: .seconds(1)) }
      try await world.sleep(for: .seconds(3))
      try write("a: { ttl: 1m, pipeline: [] }, b: { ttl: 1m, pipeline: [] }", to: path)
      try await world.sleep(for: .seconds(3))
      #expect(strata.cacheNames == ["a", "b"])
      try write("a: { ttl: 1, pipeline: [] }", to: path)
      try await world.sleep(for: .seconds(3))
      #expect(strata.cacheNames == ["a", "b"])
      #expect(world.reports.count(of: "new configuration refused") == 1)
      watcher.cancel()
      await watcher.wait()
      await strata.shutdown()
    }
  }
}
