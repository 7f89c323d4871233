// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataCore
import StrataTesting
import TestSupport
import Testing

@testable import StrataCommand

@Suite("The lab in virtual time")
struct LabTests {
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `every act keeps its promises on the plan of make run`(seed: UInt64) throws {
    let broken = try Self.broken(try Repository.text("Config/strata.yaml"), seed: seed)
    #expect(broken == [], "seed \(seed)")
  }

  /// An act that cannot fail shows nothing.
  @Test(arguments: [
    (["fail-safe:"], "The source dies"), (["refresh-ahead:"], "Refresh before expiry"),
    // Either of the two lets callers share a load.
    (["fail-safe:", "stampede-guard"], "A stampede"), (["local: { store: disk }"], "A restart"),
    (["local: { store: memory }"], "Hits"),
  ])
  func `an act notices that its stage is missing`(stages: [String], act: String) throws {
    let lines = try Repository.text("Config/strata.yaml").split(separator: "\n")
    let without = lines.filter { line in !stages.contains { line.contains("- \($0)") } }
    #expect(without.count == lines.count - stages.count)
    let broken = try Self.broken(without.joined(separator: "\n"), seed: 1)
    #expect(broken.contains(act))
  }

  /// The titles of the acts that saw a promise broken, all played in one world.
  private static func broken(_ yaml: String, seed: UInt64) throws -> [String] {
    let reader = ConfigReader(files: ConfigTexts(["lab.yaml": yaml])) { _ in nil }
    let plan = try reader.plan("lab.yaml", registry: .builtIn).checked()
    let world = Simulation(seed: seed, disk: SimulatedDisk())
    return try world.run { world in
      let lab = Lab(runtime: world.runtime) { try await Strata(plan: plan, runtime: world.runtime) }
      var broken: [String] = []
      for act in Lab.acts {
        let holds = try? await act.perform(in: lab).allSatisfy(\.holds)
        if holds != true { broken.append(act.title) }
      }
      await lab.stop()
      return broken
    }
  }
}
