"""SQL for result folders: a view of a row a language, and questions that are asked of it."""

from __future__ import annotations

VIEW = """
CREATE OR REPLACE VIEW languages AS
WITH cells AS (
    SELECT * FROM read_parquet('results/*/cells.parquet', union_by_name = true)
    WHERE status = 'ok'
)
SELECT
    run_id, arm, task, language,
    any_value(started) AS started,
    any_value(machine) AS machine,
    any_value(device) AS device,
    any_value(dtype) AS dtype,
    any_value(tokens_per_word) AS tokens_per_word,
    max(latency_p50_ms) FILTER (scenario = 'single-stream') AS latency_p50_ms,
    max(latency_p50_lo_ms) FILTER (scenario = 'single-stream') AS latency_p50_lo_ms,
    max(latency_p50_hi_ms) FILTER (scenario = 'single-stream') AS latency_p50_hi_ms,
    max(latency_p95_ms) FILTER (scenario = 'single-stream') AS latency_p95_ms,
    max(throughput_examples_per_s) FILTER (scenario = 'offline') AS throughput_examples_per_s,
    max(padding_efficiency) FILTER (scenario = 'offline') AS padding_efficiency,
    max(coalesce(peak_vram_allocated_bytes, peak_rss_bytes)) AS peak_memory_bytes,
    any_value(metric_name) FILTER (scenario = 'offline') AS metric_name,
    max(metric_value) FILTER (scenario = 'offline') AS metric_value,
    list_sort(list_distinct(flatten(list(flags)))) AS flags
FROM cells
GROUP BY run_id, arm, task, language;
"""

QUERIES = {
    "The slowest languages": """
SELECT language, avg(latency_p50_ms) AS ms FROM languages GROUP BY language ORDER BY ms DESC;
""",
    "base against stilts": """
SELECT task, language, b.latency_p50_ms / a.latency_p50_ms AS ratio, b.metric_value - a.metric_value
AS points FROM languages a JOIN languages b USING (run_id, task, language)
WHERE a.arm = 'base' AND b.arm = 'stilts' ORDER BY task, language;
""",
    "All runs of a month by machine": """
SELECT machine, count(DISTINCT run_id) AS runs, count(*) AS languages FROM languages
WHERE started LIKE '2026-11-%' GROUP BY machine ORDER BY runs DESC;
""",
}
