// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Start and shutdown of stages")
struct StageRunnerTests {
  /// Writes down when its work begins, is drained and ends.
  private struct Diary: CacheStage {
    static let id: StageID = "diary"
    final class Pages: Sendable { let lines = Lock<[String]>([]) }

    let name: String
    let pages: Pages
    let world: Simulation
    var drainTime = Duration.zero
    var fails = false

    init(_ name: String, _ pages: Pages, _ world: Simulation) {
      (self.name, self.pages, self.world) = (name, pages, world)
    }
    init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
      (name, pages, world) = ("", Pages(), Simulation(seed: 0))
    }

    func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
      try await next(request)
    }
    func run() async throws {
      pages.lines.withLock { $0.append("\(name) runs") }
      if fails { throw CacheError(.custom("tired"), "Enough.") }
      do { try await world.sleep(for: .seconds(1_000_000)) } catch {
        pages.lines.withLock { $0.append("\(name) ends") }
      }
    }
    func drain() async {
      try? await world.sleep(for: drainTime)
      pages.lines.withLock { $0.append("\(name) drained") }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `stages are drained and ended from the innermost out`(seed: UInt64) throws {
    try Simulation(seed: seed).run { world in
      let pages = Diary.Pages()
      let rig = try Rig(world) { _ in ["a", "b", "c"].map { Diary($0, pages, world) } }
      rig.pipeline.start()
      try await world.sleep(for: .seconds(1))
      #expect(pages.lines.withLock { Set($0) } == ["a runs", "b runs", "c runs"])
      pages.lines.withLock { $0 = [] }
      let late = await rig.pipeline.shutdown(by: world.clock.now + .seconds(10))
      #expect(late == [])
      #expect(
        pages.lines.withLock { $0 }
          == ["c drained", "b drained", "a drained", "c ends", "b ends", "a ends"])
      #expect(world.runningTasks == 1)
      #expect(world.clock.pendingTimers == 0)
    }
  }

  @Test func `a stage that does not drain in time is named, and the others end all the same`()
    throws
  {
    try Simulation(seed: 1).run { world in
      let pages = Diary.Pages()
      let rig = try Rig(world) { _ in
        var slow = Diary("slow", pages, world)
        slow.drainTime = .seconds(60)
        return [slow, Diary("a", pages, world)]
      }
      rig.pipeline.start()
      await world.settle()
      let start = world.clock.now
      let late = await rig.pipeline.shutdown(by: start + .seconds(5))
      #expect(late == ["diary"])
      #expect(world.clock.now - start == .seconds(5))
      await world.settle()
      #expect(pages.lines.withLock { $0.contains("a ends") && $0.contains("slow ends") })
      #expect(world.runningTasks == 1)
    }
  }

  @Test func `a shut down pipeline answers nobody`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try Rig.standard(world)
      await rig.pipeline.shutdown(by: world.clock.now)
      let error = await #expect(throws: CacheError.self) { _ = try await rig.read("a") }
      #expect(error?.code == .closed)
    }
  }

  @Test func `background work that fails is reported with the stage's name`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try Rig(world) { _ in
        var failing = Diary("a", Diary.Pages(), world)
        failing.fails = true
        return [failing]
      }
      rig.pipeline.start()
      await world.settle()
      let reports = world.reports.all.filter { $0.message == "background work failed" }
      #expect(reports.map(\.source) == ["diary"])
    }
  }
}
