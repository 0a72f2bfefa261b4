"""Who of those on a GPU is this process: by a library of NVML that has the host's numbers."""

import os

import pytest
import torch
from nvml_stub import Device, Library, installed

from xlbench.probes.nvml import open_nvml
from xlbench.session.device import company, own_pid

HERE = os.getpid()
UUID = "00112233-4455-6677-8899-aabbccddeeff"


@pytest.fixture(params=["GPU", "MIG"])
def device(request, monkeypatch):
    """A whole board, or a part of one that does not open by its UUID."""
    found = Device(f"{request.param}-{UUID}", opens=request.param == "GPU")
    board = found if found.opens else Device("GPU-whole", parts=[Device("MIG-other"), found])
    installed(monkeypatch, Library(Device("GPU-other", processes={5: 1}), board))
    return found


def _told(device, came):
    """The number of this process, and how many others there are, once ``came`` have come."""
    there = company()
    device.processes |= came
    nvml = open_nvml(UUID)
    own = own_pid(nvml, there)
    return own, nvml.other_processes(own)


def test_a_process_that_the_host_calls_otherwise_is_not_another(device):
    device.processes = {31: 100, 32: 200}
    assert _told(device, {987654: 300}) == (987654, 2)


def test_alone_in_a_container_it_has_no_company(device):
    assert _told(device, {987654: 300}) == (987654, 0)


def test_who_was_there_before_is_not_this_process_where_the_driver_hides_it(device):
    device.processes = {31: 100}
    assert _told(device, {}) == (None, None)


@pytest.mark.skipif(torch.cuda.is_initialized(), reason="this process may be on a GPU")
def test_a_process_of_the_host_with_the_number_of_this_one_is_another(device):
    device.processes = {HERE: 100}
    assert _told(device, {987654: 300}) == (987654, 1)


def test_a_process_that_had_a_context_already_is_known_by_its_own_number(device, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    device.processes = {HERE: 100, 31: 200}
    assert _told(device, {}) == (HERE, 1)
