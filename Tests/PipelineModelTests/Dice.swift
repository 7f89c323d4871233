// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// Draws pipelines and steps from a seed.
struct Dice {
  private let random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  func next() -> UInt64 { random.next() }
  func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }
  func isLucky(_ percent: Int) -> Bool { below(100) < percent }
  func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
  func maybe<Element>(_ percent: Int, _ element: @autoclosure () -> Element) -> Element? {
    isLucky(percent) ? element() : nil
  }

  func trial(steps count: Int) -> Trial {
    let shape = shape()
    return Trial(shape: shape, steps: (0..<count).map { _ in step(tiers: shape.tiers.count) })
  }

  // MARK: Pipelines

  func shape() -> PipelineShape {
    let ttl = pick([10, 60, 600])
    var stages: [PipelineShape.Stage] = []
    for _ in 0..<below(4) { stages.append(tier(ttl)) }
    if isLucky(60) {
      let guarding = PipelineShape.Stage(kind: .stampedeGuard, wait: maybe(30, 5))
      stages.insert(guarding, at: below(stages.count + 1))
    }
    for kind in PipelineShape.Kind.shields where isLucky(15) {
      stages.insert(PipelineShape.Stage(kind: kind), at: below(stages.count + 1))
    }
    return PipelineShape(stages: stages, ttl: ttl, maxStale: pick([0, 0, 20, 3600]))
  }

  private func tier(_ ttl: Int) -> PipelineShape.Stage {
    PipelineShape.Stage(
      kind: pick([.memory, .memory, .bytes, .shared]), ttl: maybe(30, 1 + below(ttl)),
      maxStale: maybe(20, below(30)))
  }

  // MARK: Steps

  func step(tiers: Int) -> Step {
    switch below(100) {
    case ..<50: .read(keys(), readOptions(tiers), maybe(85, load()))
    case ..<62: .write(keys(), writeOptions(tiers))
    case ..<67: .remove(keys())
    case ..<71: .expire(keys())
    case ..<75: .touch(keys(), ttl: pick([0, 5, 50, 5000]))
    case ..<79: .lifetime(keys())
    case ..<84: .invalidate(tags(100))
    case ..<86: .clear
    default: .wait(pick([1, 3, 10, 20, 60, 601]))
    }
  }

  private func keys() -> [Int] {
    if isLucky(75) { return [below(4)] }
    return (0..<4).filter { _ in isLucky(60) }
  }

  private func tags(_ percent: Int) -> [Int] {
    isLucky(percent) ? (0..<3).filter { _ in isLucky(50) } : []
  }

  private func skip(_ percent: Int, _ tiers: Int) -> Skip {
    guard isLucky(percent) else { return .none }
    return tiers == 0 || isLucky(50) ? .all : .tier(below(tiers))
  }

  private func readOptions(_ tiers: Int) -> ReadOptions {
    ReadOptions(
      refresh: isLucky(8), allowsStale: isLucky(12), skipReading: skip(8, tiers),
      skipWriting: skip(8, tiers), ttl: maybe(10, below(100)), tags: tags(15))
  }

  private func writeOptions(_ tiers: Int) -> WriteOptions {
    WriteOptions(
      ttl: maybe(20, below(100)), tags: tags(30), isStorable: isLucky(90),
      skipWriting: skip(10, tiers))
  }

  private func load() -> Load {
    Load(
      end: isLucky(75) ? .value : pick(Load.End.allCases), isBulk: isLucky(30),
      ttl: maybe(15, below(100)), maxStale: maybe(10, below(100)), tags: tags(30),
      isStorable: isLucky(92))
  }
}
