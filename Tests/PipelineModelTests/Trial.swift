// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// One random test: a pipeline, and what is done to it.
struct Trial: Sendable, CustomStringConvertible {
  var shape: PipelineShape
  var steps: [Step]

  var description: String {
    (["\(shape)"] + steps.enumerated().map { "  \($0.offset + 1). \($0.element)" })
      .joined(separator: "\n")
  }

  /// The first thing in which pipeline and model differ, if there is one.
  func difference() -> String? {
    do {
      return try Simulation(seed: 1).run { world in try await self.run(world) }
    } catch {
      return "the run ended with \(error)"
    }
  }

  private func run(_ world: Simulation) async throws -> String? {
    let subject = try Subject(shape, world.runtime)
    let driver = Driver(subject)
    var model = ReferenceModel(shape)
    for (number, step) in steps.enumerated() {
      let expected = model.answer(step, base: (number + 1) * 100)
      let answers = try await driver.answer(step, base: (number + 1) * 100)
      if answers != expected {
        return "step \(number + 1) answered \(answers), expected \(expected)"
      }
      if driver.loaded.sorted() != model.loads.sorted() {
        return "after step \(number + 1) the loads were \(driver.loaded), expected \(model.loads)"
      }
      if !subject.remains.isEmpty { return "step \(number + 1) left \(subject.remains)" }
      if case .wait(let seconds) = step { try await world.sleep(for: .seconds(seconds)) }
    }
    if world.runningTasks != 1 { return "\(world.runningTasks - 1) tasks were left running" }
    if world.clock.pendingTimers != 0 { return "\(world.clock.pendingTimers) timers were left" }
    return nil
  }

  /// The smallest trial that still differs: steps are dropped, then stages, as long as it does.
  func shrunk() -> Trial {
    var best = self
    var width = max(1, steps.count / 2)
    while width > 0 {
      var start = 0
      while start < best.steps.count {
        var smaller = best
        smaller.steps.removeSubrange(start..<min(start + width, best.steps.count))
        if smaller.difference() != nil { best = smaller } else { start += width }
      }
      width /= 2
    }
    for index in best.shape.stages.indices.reversed() {
      var smaller = best
      smaller.shape.stages.remove(at: index)
      if smaller.difference() != nil { best = smaller }
    }
    return best
  }
}

/// Does steps to a pipeline and puts its replies in the model's words.
final class Driver: Sendable {
  private let subject: Subject
  private let loads = Lock<[Int]>([])

  init(_ subject: Subject) { self.subject = subject }

  /// The keys that were loaded, in order.
  var loaded: [Int] { loads.withLock { $0 } }

  func answer(_ step: Step, base: Int) async throws -> [Answer] {
    guard let request = request(for: step, base: base) else { return [] }
    let fast = fastAnswer(step)
    let reply = try await subject.pipeline.respond(to: request)
    let answers = reply.results.map(answer)
    if let fast, answers != [fast] { return [fast] }
    return answers
  }

  /// What the fast road says to a plain read: it may say nothing, but never anything else.
  private func fastAnswer(_ step: Step) -> Answer? {
    guard case .read(let keys, let options, _) = step, keys.count == 1, !options.refresh,
      options.skipReading == .none, let store = subject.pipeline.fastStore
    else { return nil }
    let (epoch, now) = (subject.context.ledger.epoch, subject.context.runtime.now)
    var answer: Answer?
    subject.key(keys[0]).withView { key in
      store.peek(key) { payload, attentionAt, checked in
        guard now < attentionAt, checked == epoch else { return }
        let value = payload?._withUnsafeGuaranteedRef { $0.live(as: Int.self) }
        answer = Answer(.hit("t0"), value ?? nil)
      }
    }
    return answer
  }

  // MARK: Requests

  private func request(for step: Step, base: Int) -> CacheRequest? {
    switch step {
    case .read(let keys, let wanted, let load):
      var options = RequestOptions()
      options.refresh = wanted.refresh
      options.allowsStale = wanted.allowsStale
      options.skipReading = wanted.skipReading.selection
      options.skipWriting = wanted.skipWriting.selection
      options.ttl = wanted.ttl.map { .seconds($0) }
      options.tags = wanted.tags.map { Tag("\($0)") }
      return request(.read, keys, options, load.map { loader($0, base: base) })
    case .write(let keys, let wanted):
      var options = RequestOptions()
      options.ttl = wanted.ttl.map { .seconds($0) }
      options.tags = wanted.tags.map { Tag("\($0)") }
      options.skipWriting = wanted.skipWriting.selection
      let values = keys.map { key in
        var value = LoadedValue(LivePayload(base + key))
        value.isStorable = wanted.isStorable
        return value
      }
      return request(.write(Batch(values)), keys, options)
    case .remove(let keys): return request(.remove, keys)
    case .expire(let keys): return request(.expire, keys)
    case .touch(let keys, let ttl): return request(.touch(.seconds(ttl)), keys)
    case .lifetime(let keys): return request(.lifetime, keys)
    case .invalidate(let tags): return request(.invalidate(tags.map { Tag("\($0)") }), [])
    case .clear: return request(.clear, [])
    case .wait: return nil
    }
  }

  private func request(
    _ operation: CacheOperation, _ keys: [Int], _ options: RequestOptions = .standard,
    _ loader: Loader? = nil
  ) -> CacheRequest {
    CacheRequest(
      operation, keys: Batch(keys.map(subject.key)), options: options, loader: loader,
      coder: WideCoder())
  }

  private func loader(_ load: Load, base: Int) -> Loader {
    if load.isBulk {
      return .bulk { contexts in
        self.note(contexts)
        var payloads: [Payload?] = []
        for context in contexts {
          do {
            payloads.append(try self.run(load, context, base: base))
          } catch is LoadSignal {
            payloads.append(nil)
          }
        }
        return payloads
      }
    }
    return .each { context in
      self.note([context])
      return try self.run(load, context, base: base)
    }
  }

  private func run(_ load: Load, _ context: LoadContext, base: Int) throws -> Payload? {
    let key = number(context)
    context.ttl = load.ttl.map { .seconds($0) }
    context.maxStale = load.maxStale.map { .seconds($0) }
    context.tags = load.tags.map { Tag("\($0)") }
    if !load.isStorable { context.doNotStore() }
    switch load.end {
    case .value: return LivePayload(base + key)
    case .notFound: try context.notFound()
    case .notModified: try context.notModified()
    case .fails: throw BrokenSource()
    case .reportsFailure:
      context.reportFailure(BrokenSource())
      return nil
    }
  }

  private func note(_ contexts: [LoadContext]) {
    loads.withLock { $0 += contexts.map(number) }
  }

  private func number(_ context: LoadContext) -> Int {
    Int(context.key.text.dropFirst("test:".count)) ?? -1
  }

  // MARK: Answers

  private func answer(_ reply: KeyReply) -> Answer {
    let value = reply.entry?.payload?.live(as: Int.self)
    let remaining = reply.remaining.map { Int($0.components.seconds) }
    return Answer(outcome(reply), value, remaining: remaining)
  }

  private func outcome(_ reply: KeyReply) -> Answer.Outcome {
    switch reply.outcome {
    case .hit(let tier): .hit(tier)
    case .stale(let tier, _): .stale(tier)
    case .loaded: .loaded
    case .renewed: .renewed
    case .miss: .miss
    case .done: .done
    case .failed(let error): error.underlying == nil ? .other("\(error)") : .failed
    case .refused(let reason): .other("refused: \(reason.rawValue)")
    }
  }
}

/// What a loader throws in these tests.
struct BrokenSource: Error {}
