"""``rnnviz scenes``: what can be rendered."""

import click

from rnnviz.scene_list import scene_names, scene_summary


@click.command()
def scenes() -> None:
    """List the scenes that can be rendered."""
    names = scene_names()
    width = max(map(len, names), default=0)
    for name in names:
        click.echo(f"{name:<{width}}  {scene_summary(name)}".rstrip())
