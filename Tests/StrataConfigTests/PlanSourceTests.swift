// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import StrataTesting
import Testing

@Suite("Hot reload")
struct PlanSourceTests {
  /// Files that a test may change while they are watched.
  private final class Folder: ConfigFiles {
    let files: Lock<[String: String]>

    init(_ files: [String: String]) { self.files = Lock(files) }

    subscript(_ path: String) -> String? {
      get { files.withLock { $0[path] } }
      set { files.withLock { $0[path] = newValue } }
    }

    func read(_ path: String, limit: Int) throws(DiskError) -> [UInt8] {
      guard let text = self[path] else {
        throw DiskError(.notFound, operation: "read", path: path)
      }
      return Array(text.utf8.prefix(limit))
    }
  }

  private func text(ttl: String, more: String = "") -> String {
    """
    include: stores.yaml
    version: 1
    caches:
      users: { ttl: \(ttl), pipeline: [ local: { store: memory } ] }
    \(more)
    """
  }

  private let stores = "stores: { memory: { kind: memory, capacity: 1MiB } }"

  private func make() -> (Folder, PlanSource) {
    let folder = Folder(["a.yaml": text(ttl: "10m"), "stores.yaml": stores])
    let source = PlanSource(
      "a.yaml", files: folder, environment: { _ in nil }, registry: SamplePlugins.registry)
    return (folder, source)
  }

  private func ttl(_ change: PlanSource.Change) -> Duration? {
    if case .plan(let reading) = change { reading.plan?.caches.first?.policy.ttl } else { nil }
  }

  private func isNone(_ change: PlanSource.Change) -> Bool {
    if case .none = change { true } else { false }
  }

  @Test func `a change is taken at the second look that sees it, and only once`() throws {
    var (folder, source) = make()
    #expect(try source.load().checked().caches.count == 1)
    #expect(isNone(source.look()))
    folder["a.yaml"] = text(ttl: "20m")
    #expect(isNone(source.look()))
    #expect(ttl(source.look()) == .seconds(1200))
    #expect(isNone(source.look()))
    #expect(isNone(source.look()))
  }

  @Test func `a file that is still being written is not read`() {
    var (folder, source) = make()
    _ = source.load()
    for length in stride(from: 20, through: 100, by: 20) {
      folder["a.yaml"] = String(text(ttl: "20m").prefix(length))
      #expect(isNone(source.look()))
    }
    folder["a.yaml"] = text(ttl: "20m")
    #expect(isNone(source.look()))
    #expect(ttl(source.look()) == .seconds(1200))
  }

  @Test func `a change of an included file counts`() {
    var (folder, source) = make()
    _ = source.load()
    folder["stores.yaml"] = stores.replacing("1MiB", with: "2MiB")
    #expect(isNone(source.look()))
    guard case .plan(let reading) = source.look() else {
      Issue.record("the change was not seen")
      return
    }
    #expect(reading.files == ["a.yaml", "stores.yaml"])
  }

  @Test func `comments, order and form are no change`() {
    var (folder, source) = make()
    _ = source.load()
    folder["a.yaml"] = text(ttl: "10m", more: "# a comment")
    #expect(isNone(source.look()) && isNone(source.look()) && isNone(source.look()))
  }

  @Test func `a wrong file is refused once, and the right one afterwards is taken`() {
    var (folder, source) = make()
    _ = source.load()
    folder["a.yaml"] = text(ttl: "10")
    #expect(isNone(source.look()))
    guard case .refused(let problems) = source.look() else {
      Issue.record("the wrong file was not refused")
      return
    }
    #expect(problems.map(\.location.line) == [4])
    #expect(isNone(source.look()))
    folder["a.yaml"] = text(ttl: "30m")
    #expect(isNone(source.look()))
    #expect(ttl(source.look()) == .seconds(1800))
  }

  @Test func `a file that vanishes is refused, and back again it is no change`() {
    var (folder, source) = make()
    _ = source.load()
    folder["stores.yaml"] = nil
    #expect(isNone(source.look()))
    guard case .refused(let problems) = source.look() else {
      Issue.record("the missing file was not refused")
      return
    }
    #expect(problems.map(\.message) == ["there is no file \"stores.yaml\""])
    folder["stores.yaml"] = stores
    #expect(isNone(source.look()) && isNone(source.look()) && isNone(source.look()))
  }

  @Test func `watching applies what is right, reports what is wrong, and goes on`() throws {
    let (folder, source) = make()
    let applied = Lock<[Duration]>([])
    try Simulation(seed: 3).run { world in
      let watcher = world.spawn {
        var source = source
        _ = source.load()
        try? await source.watch(every: .seconds(1), runtime: world.runtime) { plan in
          applied.withLock { $0 += plan.caches.map(\.policy.ttl) }
          if plan.caches.count == 2 { throw CacheError(.closed, "no second cache, please") }
        }
      }
      try await world.sleep(for: .seconds(3))
      folder["a.yaml"] = text(ttl: "20m")
      try await world.sleep(for: .seconds(3))
      folder["a.yaml"] = text(ttl: "20")
      try await world.sleep(for: .seconds(3))
      folder["a.yaml"] = text(ttl: "20m", more: "  b: { ttl: 1s, pipeline: [] }")
      try await world.sleep(for: .seconds(3))
      folder["a.yaml"] = text(ttl: "30m")
      try await world.sleep(for: .seconds(3))
      watcher.cancel()
      await watcher.wait()
      #expect(world.reports.count(of: "new configuration applied") == 2)
      #expect(world.reports.count(of: "new configuration refused") == 1)
      #expect(world.reports.count(of: "new configuration not applied") == 1)
    }
    #expect(applied.withLock { $0 } == [1200, 1200, 1, 1800].map { .seconds($0) })
  }
}
