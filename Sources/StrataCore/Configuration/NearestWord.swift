// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The word of `candidates` that `word` was probably meant to be, if one is near enough.
///
/// Near means an edit distance (with swapped neighbours as one edit) of at most a third of the
/// longer word, and at least one edit is always forgiven. O(n·m) per candidate; words longer
/// than 64 characters are nobody's typing mistake and get no suggestion.
public func nearestWord(to word: String, among candidates: some Sequence<String>) -> String? {
  guard word.count <= 64 else { return nil }
  var best: (word: String, distance: Int)?
  for candidate in candidates where candidate.count <= 64 {
    let distance = editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
    let allowed = max(1, max(word.count, candidate.count) / 3)
    if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      row[j] = min(previous[j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], beforePrevious[j - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
