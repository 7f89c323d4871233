// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization
public import StrataCore
internal import StrataSystem

#if canImport(Darwin)
  private import Darwin
#else
  private import Glibc
#endif

/// A thread that waits for sockets and runs what they, timers and tasks have to do.
///
/// It is a Swift executor too: a task that prefers it, or an actor whose executor it is, runs
/// between two waits on the very thread that handles the sockets. One turn is:
///
/// ```
/// wait ─▶ sockets ─▶ timers ─▶ closures and jobs ─▶ woken handlers ─▶ one write per connection ─┐
///   ▲                                                                                          │
///   └──────────────────────────────────────────────────────────────────────────────────────────┘
/// ```
///
/// Work that comes from the loop's own thread goes to a plain array; work from other threads to
/// one under a lock, and the thread is woken only where it may be asleep. The thread starts with
/// the first piece of work. After ``shutDown()`` it ends as soon as nothing is left to do, and
/// starts again if a task still comes, so no task is ever stranded.
public final class EventLoop: NetworkLoop, @unchecked Sendable {
  // Sendable: everything mutable is either in `inbox` (a lock), atomic, or touched only by the
  // loop's thread; of these threads there is at most one, see `Inbox.isRunning`.

  enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
    case wake(any LoopTarget)
  }

  private struct Inbox {
    var work: [Work] = []
    var isRunning = false
    var isEnding = false
  }

  /// How many rounds of jobs that beget jobs run before sockets are looked at again.
  private static let roundsPerTurn = 32

  private let name: StaticString
  private let inbox = Lock(Inbox())
  private let isAsleep = Atomic(false)
  private let thread = Atomic<UInt>(0)
  private let poller = Poller()

  // Everything below belongs to the loop's thread.
  private var local: [Work] = []
  private var running: [Work] = []
  private var targets: [(any LoopTarget)?] = []
  private var generations: [UInt32] = []
  private var targetCount = 0
  private var senders: [any LoopTarget] = []
  private var wakers: [any LoopTarget] = []
  private var repeaters: [any LoopTarget] = []
  private var timers = TimerQueue<LoopTimer>()

  /// The memory into which sockets are read; shared by all connections of the loop.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)

  /// Creates a loop; its thread, named `name`, starts with the first piece of work.
  public init(name: StaticString = "strata-loop") { self.name = name }

  deinit { scratch.deallocate() }

  /// Whether the caller runs on this loop.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == SystemThread.currentNumber }

  /// The moment, precisely.
  public var now: Timestamp { MonotonicTime.timestamp(MonotonicTime.now) }

  /// The loop itself.
  public var taskExecutor: (any TaskExecutor)? { self }

  /// Runs `action` on the loop.
  public func execute(_ action: @escaping @Sendable () -> Void) { submit(.call(action)) }

  /// Runs `action` on the loop once at or after `time`; up to a millisecond late by rounding.
  public func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer {
    let timer = LoopTimer(loop: self, action: action)
    let deadline = MonotonicTime.monotonic(time)
    if isCurrent {
      timer.ticket = timers.schedule(at: deadline, timer)
    } else {
      execute { timer.ticket = self.timers.schedule(at: deadline, timer) }
    }
    return timer
  }

  /// Ends every connection of the loop, and its thread once nothing is left to do.
  public func shutDown() {
    let wasRunning = inbox.withLock { inbox in
      inbox.isEnding = true
      return inbox.isRunning
    }
    if wasRunning { execute { self.endTargets() } }
  }

  func submit(_ work: Work) {
    if isCurrent { return local.append(work) }
    let starts = inbox.withLock { inbox in
      inbox.work.append(work)
      defer { inbox.isRunning = true }
      return !inbox.isRunning
    }
    if starts {
      SystemThread.start(name) { self.run() }
    } else if isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
      poller.wake()
    }
  }
}

// What the loop's own targets call, on the loop.
extension EventLoop {
  /// Watches `descriptor` for `target`. Returns the error number or 0.
  func add(_ descriptor: Int32, _ target: any LoopTarget) -> Int32 {
    if inbox.withLock({ $0.isEnding }) { return ECANCELED }
    let index = Int(descriptor)
    while targets.count <= index {
      targets.append(nil)
      generations.append(0)
    }
    generations[index] &+= 1
    let token = UInt64(generations[index]) << 32 | UInt64(UInt32(descriptor))
    let number = poller.add(descriptor, token: token)
    if number == 0 {
      targets[index] = target
      targetCount += 1
    }
    return number
  }

  /// Forgets `descriptor`; call it before closing.
  func remove(_ descriptor: Int32) {
    let index = Int(descriptor)
    guard targets.indices.contains(index), targets[index] != nil else { return }
    poller.remove(descriptor)
    targets[index] = nil
    targetCount -= 1
  }

  /// Has `target` send at the end of this turn. Ask once per turn.
  func sendAtEnd(_ target: any LoopTarget) { senders.append(target) }

  /// Has `target` called once more in the next turn.
  func runAgain(_ target: any LoopTarget) { repeaters.append(target) }

  /// Has `target` woken before the sending of this turn. From any thread.
  func wake(_ target: any LoopTarget) {
    if isCurrent { wakers.append(target) } else { submit(.wake(target)) }
  }

  func forget(_ timer: LoopTimer) {
    if let ticket = timer.ticket.take() { _ = timers.cancel(ticket) }
  }
}

// The thread.
extension EventLoop {
  private func run() {
    thread.store(SystemThread.currentNumber, ordering: .relaxed)
    while true {
      poller.wait(prepareWait()) { token, readiness in
        let index = Int(token & 0xffff_ffff)
        // A descriptor closed and opened again within one batch: the event meant the old one.
        guard generations[index] == UInt32(token >> 32) else { return }
        targets[index]?.ready(readiness)
      }
      isAsleep.store(false, ordering: .relaxed)
      fireTimers()
      repeatTargets()
      runWork()
      wakeTargets()
      sendAll()
      if mayEnd() { return }
    }
  }

  /// How long to wait. Announces sleep first and looks at the inbox then, so no work is missed.
  private func prepareWait() -> Int64? {
    if !local.isEmpty || !repeaters.isEmpty || !wakers.isEmpty || !senders.isEmpty { return 0 }
    isAsleep.store(true, ordering: .sequentiallyConsistent)
    if inbox.withLock({ !$0.work.isEmpty }) { return 0 }
    guard let deadline = timers.firstDeadline() else { return nil }
    return deadline == .max ? nil : max(0, deadline &- MonotonicTime.now)
  }

  private func fireTimers() {
    guard timers.count > 0 else { return }
    let now = MonotonicTime.now
    // No more than there were: a timer that sets itself again must not keep out the sockets.
    for _ in 0..<timers.count {
      guard let timer = timers.popDue(at: now) else { return }
      timer.fire()
    }
  }

  private func repeatTargets() {
    guard !repeaters.isEmpty else { return }
    let due = repeaters
    repeaters.removeAll(keepingCapacity: true)
    for target in due { target.again() }
  }

  private func runWork() {
    takeInbox()
    for _ in 0..<Self.roundsPerTurn {
      guard !local.isEmpty else { return }
      swap(&local, &running)
      for work in running { perform(work) }
      running.removeAll(keepingCapacity: true)
    }
  }

  private func takeInbox() {
    var work: [Work] = []
    swap(&work, &running)  // lends the array's memory to the inbox
    inbox.withLock { swap(&$0.work, &work) }
    swap(&work, &running)
    for work in running { perform(work) }
    running.removeAll(keepingCapacity: true)
  }

  private func perform(_ work: Work) {
    switch work {
    case .job(let job):
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    case .call(let action): action()
    case .wake(let target): wakers.append(target)
    }
  }

  private func wakeTargets() {
    guard !wakers.isEmpty else { return }
    let due = wakers
    wakers.removeAll(keepingCapacity: true)
    for target in due { target.woken() }
  }

  private func sendAll() {
    guard !senders.isEmpty else { return }
    let due = senders
    senders.removeAll(keepingCapacity: true)
    for target in due { target.send() }
  }

  private func endTargets() {
    for target in targets { target?.loopEnds() }
  }

  private func mayEnd() -> Bool {
    guard targetCount == 0, local.isEmpty, repeaters.isEmpty, wakers.isEmpty, timers.count == 0
    else { return false }
    // Unset before `isRunning`: the next thread, if one comes, sets it for itself.
    thread.store(0, ordering: .relaxed)
    let ends = inbox.withLock { inbox in
      guard inbox.isEnding && inbox.work.isEmpty else { return false }
      inbox.isRunning = false
      return true
    }
    if !ends { thread.store(SystemThread.currentNumber, ordering: .relaxed) }
    return ends
  }
}
