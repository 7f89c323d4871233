// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// When something is due, as a cron expression says it: minute, hour, day of the month, month, day
/// of the week, in UTC.
///
/// A field is `*`, a number, a range `1-5`, a step `*/15` or `8-18/2`, or a list of those. Days of
/// the week are 0 to 7, Sunday is both ends. Where both kinds of day are given, either will do.
public struct CronSchedule: Sendable, Equatable {
  private let minutes: UInt64
  private let hours: UInt64
  private let days: UInt64
  private let months: UInt64
  private let weekdays: UInt64
  private let eitherDay: Bool

  /// What a message says where an expression is expected.
  public static let expected = "write minute hour day month weekday, such as 0 4 * * 1-5"

  /// Reads an expression; `nil` for what is none, and for one that never comes.
  public init?(_ text: String) {
    let fields = text.split(separator: " ")
    guard fields.count == 5, let minutes = Self.bits(fields[0], 0...59),
      let hours = Self.bits(fields[1], 0...23), let days = Self.bits(fields[2], 1...31),
      let months = Self.bits(fields[3], 1...12), var weekdays = Self.bits(fields[4], 0...7)
    else { return nil }
    if weekdays & 1 << 7 != 0 { weekdays |= 1 }
    self.minutes = minutes
    self.hours = hours
    self.days = days
    self.months = months
    self.weekdays = weekdays
    eitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
    if next(after: Timestamp(nanoseconds: 0)) == nil { return nil }
  }

  private static func bits(_ field: Substring, _ range: ClosedRange<Int>) -> UInt64? {
    var bits: UInt64 = 0
    for part in field.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "/", omittingEmptySubsequences: false)
      guard halves.count <= 2, let span = span(halves[0], range, hasStep: halves.count == 2),
        let step = halves.count == 2 ? number(halves[1]) : 1, step > 0
      else { return nil }
      for value in stride(from: span.lowerBound, through: span.upperBound, by: step) {
        bits |= 1 << UInt64(value)
      }
    }
    return bits == 0 ? nil : bits
  }

  private static func span(
    _ text: Substring, _ range: ClosedRange<Int>, hasStep: Bool
  ) -> ClosedRange<Int>? {
    if text == "*" { return range }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count <= 2, let first = number(ends[0]), range.contains(first) else { return nil }
    if ends.count == 1 { return first...(hasStep ? range.upperBound : first) }
    guard let last = number(ends[1]), range.contains(last), last >= first else { return nil }
    return first...last
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.count <= 4, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
      return nil
    }
    return Int(text)
  }

  // MARK: Time

  private static func has(_ bits: UInt64, _ value: Int) -> Bool { bits & 1 << UInt64(value) != 0 }

  /// The first due minute after `moment`; `nil` where there is none within nine years, which is
  /// longer than the 29th of February ever takes.
  public func next(after moment: Timestamp) -> Timestamp? {
    let minute = moment.nanoseconds / 60_000_000_000 + 1
    var day = Int(minute / 1440)
    var start = Int(minute % 1440)
    for _ in 0..<3300 {
      if isDue(day: day) {
        for minute in start..<1440
        where Self.has(hours, minute / 60) && Self.has(minutes, minute % 60) {
          return Timestamp(nanoseconds: (Int64(day) * 1440 + Int64(minute)) * 60_000_000_000)
        }
      }
      day += 1
      start = 0
    }
    return nil
  }

  /// Whether the day, counted from 1970-01-01 (a Thursday), is one of those named.
  private func isDue(day: Int) -> Bool {
    let date = Self.civil(day)
    guard Self.has(months, date.month) else { return false }
    let isDay = Self.has(days, date.day)
    let isWeekday = Self.has(weekdays, (day + 4) % 7)
    return eitherDay ? isDay || isWeekday : isDay && isWeekday
  }

  /// Month and day of the Gregorian calendar: years begin in March, so that the leap day is the
  /// last of one, and 400 of them are one cycle.
  private static func civil(_ day: Int) -> (month: Int, day: Int) {
    let inCycle = (day + 719_468) % 146_097
    let year = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
    let inYear = inCycle - (365 * year + year / 4 - year / 100)
    let month = (5 * inYear + 2) / 153
    return (month < 10 ? month + 3 : month - 9, inYear - (153 * month + 2) / 5 + 1)
  }
}
