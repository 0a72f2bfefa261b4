# xlbench with what measures, on a CPU or on CUDA:
#
#     docker build -t xlbench .
#     docker build -t xlbench:cuda --build-arg BASE=nvidia/cuda:13.0.1-base-ubuntu24.04 \
#         --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130 .
#     docker run --rm -v "$PWD/results:/results" xlbench run --ckpt base --out /results/demo
#     docker run --rm --gpus all xlbench:cuda doctor
#
# Give it processors of its own (--cpuset-cpus); `xlbench doctor` says what else to change.
ARG BASE=ubuntu:24.04
FROM ${BASE}

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV DEBIAN_FRONTEND=noninteractive \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/opt/xlbench/bin:$PATH

# Ubuntu's archive keeps the newest version of a package only: a pinned one is gone some day.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv g++ python3-dev \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/xlbench

# torch first: its version is pinned, its build chosen by the index.
COPY constraints.txt /src/
RUN pip install --index-url ${TORCH_INDEX} "$(grep '^torch==' /src/constraints.txt)"
COPY pyproject.toml README.md LICENSE checkpoints.yaml /src/
COPY xlbench /src/xlbench
RUN pip install -c /src/constraints.txt '/src[measure]'

WORKDIR /work
ENTRYPOINT ["xlbench"]
CMD ["--help"]
